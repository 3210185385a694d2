using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AksArcJit.Messaging.Webhooks;

/// <summary>
/// Signs and checks as Standard Webhooks 1.0 has it: <c>v1,</c> and the base64 of HMAC-SHA256 over <c>id.timestamp.body</c>, the timestamp
/// in Unix seconds. Several signatures may stand beside each other, separated by spaces, while a sender changes its key.
/// </summary>
internal static class WebhookSignature
{
    private const string Version = "v1,";
    private const int MostSignatures = 8;

    public static string Sign(WebhookKey key, string id, string timestamp, ReadOnlySpan<byte> body) => Version + Convert.ToBase64String(Mac(key, id, timestamp, body));

    public static string SignWith(IEnumerable<WebhookKey> keys, string id, string timestamp, byte[] body) =>
        string.Join(' ', keys.Select(key => Sign(key, id, timestamp, body)));

    /// <summary>In constant time for each signature and key.</summary>
    public static bool Holds(WebhookKey key, string id, string timestamp, ReadOnlySpan<byte> body, string signatures)
    {
        var mac = Mac(key, id, timestamp, body);
        var holds = false;
        Span<byte> given = stackalloc byte[mac.Length];
        foreach (var one in signatures.Split(' ', MostSignatures + 1).Take(MostSignatures))
            if (one.StartsWith(Version, StringComparison.Ordinal) && Convert.TryFromBase64String(one[Version.Length..], given, out var length))
                holds |= CryptographicOperations.FixedTimeEquals(mac, given[..length]);
        return holds;
    }

    /// <summary>Null where it is no time in Unix seconds.</summary>
    public static DateTimeOffset? TimeOf(string timestamp) =>
        long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private static byte[] Mac(WebhookKey key, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Bytes);
        mac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        mac.AppendData(body);
        return mac.GetHashAndReset();
    }
}
