using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.Extensions.Options;

namespace AksArcJit.Server.Options;

/// <summary>The host's own part of the options file.</summary>
public sealed class ServerOptions
{
    /// <summary>Address and port to listen on. http, and beyond loopback only behind a proxy that ends TLS.</summary>
    public string Listen { get; set; } = "http://127.0.0.1:7480";

    /// <summary>Says that a proxy in front ends TLS and is the only one who can reach <see cref="Listen"/>.</summary>
    public bool BehindProxy { get; set; }
}

internal sealed class ServerOptionsValidation(ServerArguments arguments) : IValidateOptions<ServerOptions>
{
    public ValidateOptionsResult Validate(string? name, ServerOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private IEnumerable<string> Faults(ServerOptions options)
    {
        if (!ListenAddress.TryParse(options.Listen, out var address))
            yield return "listen: an http address of this machine with its port, for example \"http://127.0.0.1:7480\"; TLS is ended by a proxy in front.";
        else if (!address.IsLoopback && !options.BehindProxy)
            yield return "listen: tokens and consent links would travel in the clear; listen on 127.0.0.1, or set \"behindProxy\": true where only a proxy that ends TLS reaches this address.";
        if (arguments.IsDevelopment && (address is { IsLoopback: false } || options.BehindProxy))
            yield return "listen: --dev hands out tokens to anybody on this machine, so it listens on loopback only and not behind a proxy.";
    }
}

/// <param name="Port">0: any free one.</param>
internal sealed record ListenAddress(IPAddress Address, int Port)
{
    public bool IsLoopback => IPAddress.IsLoopback(Address);

    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? address)
    {
        address = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp || url.PathAndQuery != "/" || url.UserInfo.Length > 0)
            return false;
        var host = url.Host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(url.Host.Trim('[', ']'), out var ip) ? ip : null;
        address = host is null ? null : new ListenAddress(host, url.Port);
        return address is not null;
    }
}
