namespace AksArcJit.Messaging.Notices;

/// <summary>Section <c>notices</c>: the ways to people. At least one is needed.</summary>
public sealed class NoticeChannelOptions
{
    public const string Section = "Notices";

    /// <summary>Channel <c>files</c>: a directory that only the broker and the deliverer can read, since files hold consent links. Empty: none.</summary>
    public string Directory { get; set; } = "";

    /// <summary>Channel <c>smtp</c>.</summary>
    public SmtpOptions? Smtp { get; set; }

    /// <summary>Channel <c>webhook</c>.</summary>
    public NoticeWebhookOptions? Webhook { get; set; }
}

public sealed class SmtpOptions
{
    public const string StartTls = "startTls";
    public const string Implicit = "implicit";
    public const string None = "none";

    public string Host { get; set; } = "";

    /// <summary>0: 587, or 465 with <see cref="Implicit"/>, or 25 with <see cref="None"/>.</summary>
    public int Port { get; set; }

    /// <summary><c>startTls</c> (the server must offer it), <c>implicit</c>, or <c>none</c> on loopback only.</summary>
    public string Tls { get; set; } = StartTls;

    /// <summary>A PEM file of the authorities that may have issued the server's certificate; left out, those of the machine.</summary>
    public string CaFile { get; set; } = "";

    /// <summary>Left out, the broker does not sign in.</summary>
    public string User { get; set; } = "";

    public string PasswordFile { get; set; } = "";

    /// <summary>A mail address, with a name where wanted: <c>AksArcJit &lt;access@example.com&gt;</c>.</summary>
    public string From { get; set; } = "";
}

/// <summary>POSTs each notice, signed as Standard Webhooks has it. Whoever receives them sees the consent links of those whom they bring them to.</summary>
public sealed class NoticeWebhookOptions
{
    /// <summary>Absolute; https, or http on loopback.</summary>
    public string Url { get; set; } = "";

    /// <summary>A file with <c>whsec_</c> and 24 to 64 random bytes in base64, known to the receiver.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>In place of <see cref="KeyFile"/>: such files, one or, while the receiver changes its key, two.</summary>
    public IList<string> KeyFiles { get; set; } = [];

    internal IReadOnlyList<string> Keys() => KeyFiles.Count > 0 ? [.. KeyFiles] : [KeyFile];
}
