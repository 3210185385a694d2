using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AksArcJit.Broker.Options;
using AksArcJit.Lifecycle;

namespace AksArcJit.Broker.Consents;

/// <summary>
/// One secret per request and approver: HMAC-SHA256 over (request, approver, issue number), so that a notice can be sent again after a
/// crash without the secret ever being stored. The journal holds its SHA-256 only (design section 7).
/// </summary>
public sealed class ConsentSecrets(ConsentKey key)
{
    /// <summary>43 characters, base64url of 256 bits.</summary>
    public const int Length = 43;

    public string Secret(RequestId request, Person approver, int issueNumber) =>
        Base64Url.EncodeToString(Mac("consent/1", request.Text, approver.Issuer, approver.ObjectId, issueNumber.ToString()));

    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>The id of the request that this caller makes with this Idempotency-Key, always the same.</summary>
    public RequestId IdFor(Person caller, string idempotencyKey) =>
        RequestId.FromBytes(Mac("request-id/1", caller.Issuer, caller.ObjectId, idempotencyKey));

    private byte[] Mac(params string[] fields) =>
        HMACSHA256.HashData(key.Bytes, Encoding.UTF8.GetBytes(string.Concat(fields.Select(field => $"{Encoding.UTF8.GetByteCount(field)}:{field};"))));
}

/// <summary>What stands behind <c>/consent/</c> in a link: the request's id, a dot, the secret.</summary>
public sealed record ConsentLink(RequestId Request, string Secret)
{
    private static readonly SearchValues<char> Base64UrlCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public static ConsentLink? TryParse(string? text) =>
        text is { Length: RequestId.Length + 1 + ConsentSecrets.Length } && text[RequestId.Length] == '.'
        && RequestId.TryParse(text[..RequestId.Length], out var id)
        && !text.AsSpan(RequestId.Length + 1).ContainsAnyExcept(Base64UrlCharacters)
            ? new ConsentLink(id, text[(RequestId.Length + 1)..])
            : null;

    public override string ToString() => $"{Request}.{Secret}";
}
