using System.Text.Json.Nodes;
using AksArcJit.Server.Tests.Harness;
using AksArcJit.TestKit.Mail;

namespace AksArcJit.Server.Tests;

/// <summary>The Server as it is shipped, mailing to a server that speaks real SMTP.</summary>
public sealed class NoticeTests(MailHarness broker) : IClassFixture<MailHarness>
{
    [Fact]
    public async Task ALifecycle_ThenPeopleAreMailedAndTheRequestSaysSo()
    {
        var id = await broker.AskAsync(duration: "PT2H");
        var asking = await MailAsync("anna@customer.example", "Consent asked:", id);
        Assert.Contains("+0", Decoded(asking), StringComparison.Ordinal);
        Assert.Contains("Europe/Berlin", Decoded(asking), StringComparison.Ordinal);
        var path = Decoded(asking)[Decoded(asking).IndexOf("/consent/", StringComparison.Ordinal)..].Split('\n', 2)[0].Trim();
        var link = new Uri(broker.Url, path);
        var page = new ConsentPage(broker, link, await broker.Anonymous.GetStringAsync(link, TestContext.Current.CancellationToken));
        Assert.Equal(303, (await page.PostAsync(page.Approval())).Status);

        await MailAsync("anna@customer.example", "Access in force:", id);
        var granted = await MailAsync("erika@support.example", "Access in force:", id);
        Assert.Contains("kubectl get pods --namespace default", Decoded(granted), StringComparison.Ordinal);
        Assert.DoesNotContain("/consent/", Decoded(granted), StringComparison.Ordinal);
        // A mail that is still being sent while the clock jumps would run into its timeout, and go by the next channel.
        await ToldAsync(id, 4);
        broker.Clock.Advance(TimeSpan.FromMinutes(111));
        await MailAsync("erika@support.example", "Ending soon:", id);
        await ToldAsync(id, 5);
        broker.Clock.Advance(TimeSpan.FromMinutes(10));
        await broker.UntilStateAsync(id, "Closed");
        await MailAsync("erika@support.example", "Access ended:", id);
        await MailAsync("anna@customer.example", "Access ended:", id);

        var seen = await ToldAsync(id, 7);
        Assert.Equal(
            ["ConsentAsked", "Decided", "Granted", "Granted", "ExpiringSoon", "Ended", "Ended"],
            seen["notices"]!.AsArray().Select(notice => notice!["kind"]!.ToString()));
        Assert.All(seen["notices"]!.AsArray(), notice => Assert.Equal("smtp", notice!["channel"]!.ToString()));
        Assert.Equal("Anna Approver", seen["notices"]![0]!["to"]!["name"]!.ToString());

        var secret = path[^43..];
        Assert.DoesNotContain(secret, seen.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, broker.Logs.Text, StringComparison.Ordinal);
        using var auditor = broker.As("auditor");
        Assert.DoesNotContain(secret, (await auditor.SendAsync(HttpMethod.Get, $"/api/v1/access-requests/{id}/journal")).Text, StringComparison.Ordinal);
        Assert.All(broker.Mail.Taken.Where(mail => Decoded(mail).Contains(secret, StringComparison.Ordinal)), mail => Assert.Equal(["anna@customer.example"], mail.To));
    }

    private Task<JsonObject> ToldAsync(string request, int count) => broker.UntilAsync(request, seen => seen["notices"]!.AsArray().Count == count);

    private async Task<TakenMail> MailAsync(string to, string subject, string request)
    {
        for (var attempt = 0; attempt < 400; attempt++)
        {
            if (broker.Mail.Taken.FirstOrDefault(mail => mail.To.Contains(to) && mail.Source.Contains($"Subject: {subject}", StringComparison.Ordinal)
                    && mail.Source.Contains($"Message-Id: <{request}.", StringComparison.OrdinalIgnoreCase)) is { } found)
            {
                Assert.True(found is { IsEncrypted: true, User: "broker" });
                return found;
            }
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
        Assert.Fail($"No mail '{subject}' to {to}: {string.Join('\n', broker.Mail.Taken.Select(mail => mail.Source.Split("\r\n\r\n")[0]))}\n{string.Join('\n', broker.Logs.Text.Split('\n').TakeLast(20))}");
        return null!;
    }

    /// <summary>The plain part, quoted-printable undone as far as these texts need it.</summary>
    private static string Decoded(TakenMail mail) => mail.Source.Replace("=\r\n", "", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
}
