using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AksArcJit.Messaging;

/// <summary>Section <c>Notices</c>.</summary>
public sealed class FileOutboxOptions
{
    /// <summary>A directory that only the broker and the deliverer can read: each file holds a consent link.</summary>
    [Required(ErrorMessage = "notices.directory: name a directory for notices; each file in it holds a consent link for its approver.")]
    public string Directory { get; set; } = "";
}

[OptionsValidator]
public sealed partial class FileOutboxOptionsValidation : IValidateOptions<FileOutboxOptions>;

/// <summary>Writes each notice once, as <c>&lt;request&gt;-&lt;hash of approver and issue&gt;.json</c>, readable by the owner only.</summary>
public sealed class FileOutbox(IOptions<FileOutboxOptions> options) : INotices
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task AskConsentAsync(ConsentNotice notice, CancellationToken cancellation)
    {
        var directory = Directory.CreateDirectory(options.Value.Directory);
        var file = Path.Combine(directory.FullName, NameOf(notice));
        if (File.Exists(file))
            return;
        var text = JsonSerializer.Serialize(new
        {
            kind = "consentAsked",
            to = new { name = notice.ApproverName, mail = notice.Mail, person = notice.Approver.ToString() },
            request = notice.Request.Id.Text,
            ticket = notice.Request.Ticket.Text,
            cluster = notice.ClusterName,
            engineer = notice.Request.EngineerName,
            justification = notice.Request.Justification,
            duration = Iso8601.Write(notice.Request.Terms.Duration),
            scope = notice.Request.Terms.Scope.Text,
            answerBy = notice.Request.ConsentDeadline,
            link = notice.Link,
        }, Readable);

        // Whole or not at all: a reader never sees half a notice.
        var part = file + ".part";
        await File.WriteAllTextAsync(part, text, cancellation);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(part, file, overwrite: true);
    }

    private static string NameOf(ConsentNotice notice)
    {
        var approver = SHA256.HashData(Encoding.UTF8.GetBytes($"{notice.Approver}#{notice.IssueNumber}"));
        return $"{notice.Request.Id}-{Convert.ToHexStringLower(approver)[..12]}.json";
    }
}

public static class MessagingServices
{
    public static IServiceCollection AddFileOutbox(this IServiceCollection services, Microsoft.Extensions.Configuration.IConfiguration configuration)
    {
        services.AddOptions<FileOutboxOptions>().Bind(configuration.GetSection("Notices")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<FileOutboxOptions>, FileOutboxOptionsValidation>();
        services.AddSingleton<INotices, FileOutbox>();
        return services;
    }
}
