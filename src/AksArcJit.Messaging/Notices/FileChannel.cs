using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle.Notices;

namespace AksArcJit.Messaging.Notices;

/// <summary>
/// Writes each notice once, as one JSON file that only the owner reads: one that asks for consent as
/// <c>&lt;request&gt;-&lt;hash of approver and issue&gt;.json</c>, every other as <c>&lt;id of the notice&gt;.json</c>. For development, and for
/// mailers of your own.
/// </summary>
internal sealed class FileChannel(string directory) : INoticeChannel
{
    public const string ChannelName = "files";

    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    public string Name => ChannelName;

    public bool Reaches(Addressee addressee) => true;

    public async Task<NoticeDelivery> DeliverAsync(OutgoingNotice notice, CancellationToken cancellation)
    {
        try
        {
            var file = Path.Combine(Directory.CreateDirectory(directory).FullName, NameOf(notice));
            if (File.Exists(file))
                return new NoticeDelivery.Taken();
            // Whole or not at all: a reader never sees half a notice. Private from its first byte: it may hold a link.
            var part = file + ".part";
            await using (var stream = new FileStream(part, Private))
                await JsonSerializer.SerializeAsync(stream, notice.Notice.Kind == NoticeKind.ConsentAsked ? Asking(notice) : Telling(notice), Readable, cancellation);
            File.Move(part, file, overwrite: true);
            return new NoticeDelivery.Taken();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new NoticeDelivery.Failed($"The directory cannot be written: {fault.GetType().Name}.");
        }
    }

    private static FileStreamOptions Private
    {
        get
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            return options;
        }
    }

    private static object Asking(OutgoingNotice notice) => new
    {
        kind = "consentAsked",
        to = new { name = notice.To.Name, mail = notice.To.Mails.Count == 0 ? null : notice.To.Mails[0], person = notice.Notice.To?.ToString() },
        request = notice.State.Request.Id.Text,
        ticket = notice.State.Request.Ticket.Text,
        cluster = notice.Cluster,
        engineer = notice.State.Request.EngineerName,
        justification = notice.State.Request.Justification,
        duration = Iso8601.Write(notice.State.Terms.Duration),
        scope = notice.State.Terms.Scope.Text,
        answerBy = notice.State.Request.ConsentDeadline,
        link = notice.Link,
        subject = notice.Letter.Subject,
        text = notice.Letter.Plain,
    };

    private static object Telling(OutgoingNotice notice) => new
    {
        kind = JsonNamingPolicy.CamelCase.ConvertName(notice.Notice.Kind.ToString()),
        id = notice.Id,
        at = notice.Since,
        to = new { name = notice.To.Name, mail = notice.To.Mails.Count == 0 ? null : string.Join(", ", notice.To.Mails), person = notice.Notice.To?.ToString() },
        request = notice.State.Request.Id.Text,
        ticket = notice.State.Request.Ticket.Text,
        cluster = notice.Cluster,
        engineer = notice.State.Request.EngineerName,
        link = notice.Link,
        subject = notice.Letter.Subject,
        text = notice.Letter.Plain,
    };

    private static string NameOf(OutgoingNotice notice)
    {
        if (notice.Notice is not { Kind: NoticeKind.ConsentAsked, To: { } person })
            return $"{notice.Id}.json";
        var issue = notice.State.Request.Approvers.First(approver => approver.Person == person).IssueNumber;
        var approver = SHA256.HashData(Encoding.UTF8.GetBytes($"{person}#{issue}"));
        return $"{notice.State.Request.Id}-{Convert.ToHexStringLower(approver)[..12]}.json";
    }
}
