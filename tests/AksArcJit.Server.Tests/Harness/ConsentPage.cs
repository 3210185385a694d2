using System.Text.RegularExpressions;

namespace AksArcJit.Server.Tests.Harness;

/// <summary>The consent page as its approver uses it.</summary>
public sealed partial class ConsentPage(BrokerHarness broker, Uri link, string html)
{
    public Uri Link => link;

    public string TermsHash => string.Concat(Hash().Match(html).Groups.Values.Skip(1).Select(group => group.Value));

    public static async Task<ConsentPage> OpenAsync(BrokerHarness broker, string id)
    {
        var link = await broker.LinkAsync(id);
        return new ConsentPage(broker, link, await broker.Anonymous.GetStringAsync(link));
    }

    public Dictionary<string, string> Approval(string cluster = "edge-01") => new()
    {
        ["decision"] = "approve",
        ["termsHash"] = TermsHash,
        ["confirmation"] = $"Plant {cluster}",
    };

    public Task<Answer> PostAsync(IReadOnlyDictionary<string, string> form) => PostAsync(link, form);

    public async Task<Answer> PostAsync(Uri to, IReadOnlyDictionary<string, string> form)
    {
        using var content = new FormUrlEncodedContent(form);
        using var response = await broker.Anonymous.PostAsync(to, content);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers.ContentType?.MediaType);
    }

    [GeneratedRegex("name=\"termsHash\"[^>]*value=\"([0-9a-f]{64})\"|value=\"([0-9a-f]{64})\"[^>]*name=\"termsHash\"")]
    private static partial Regex Hash();
}
