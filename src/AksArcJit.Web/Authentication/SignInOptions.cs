using Microsoft.Extensions.Options;

namespace AksArcJit.Web.Authentication;

/// <summary>Section <c>Authentication</c>: whose tokens count.</summary>
public sealed class SignInOptions
{
    public const string Section = "Authentication";

    /// <summary>The OpenID Connect issuer, for Entra <c>https://login.microsoftonline.com/&lt;tenant&gt;/v2.0</c>.</summary>
    public string Authority { get; set; } = "";

    /// <summary>What tokens for this broker are made out to: its application id.</summary>
    public string Audience { get; set; } = "";
}

/// <param name="local">Given where the host brings its own development issuer.</param>
internal sealed class SignInOptionsValidation(LocalIssuer? local = null) : IValidateOptions<SignInOptions>
{
    public ValidateOptionsResult Validate(string? name, SignInOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private IEnumerable<string> Faults(SignInOptions options)
    {
        if (local is not null)
        {
            if (options.Authority.Length > 0)
                yield return "authentication.authority: the development issuer and a real one exclude each other; drop --dev or leave authentication out.";
            yield break;
        }
        if (options.Authority.Length == 0)
            yield return "authentication.authority: name the issuer of tokens, for example \"https://login.microsoftonline.com/<tenant>/v2.0\", or start with --dev on your own machine.";
        else if (!Uri.TryCreate(options.Authority, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps)
            yield return "authentication.authority: an absolute https address, for example \"https://login.microsoftonline.com/<tenant>/v2.0\".";
        if (options.Audience.Length == 0)
            yield return "authentication.audience: name the application id that tokens for this broker are made out to.";
    }
}
