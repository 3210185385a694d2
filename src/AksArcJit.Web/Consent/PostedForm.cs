using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace AksArcJit.Web.Consent;

/// <summary>Reads a posted form within bounds that hold on every host.</summary>
public abstract record PostedForm
{
    /// <summary>Bytes of the body.</summary>
    public const int Largest = 16 * 1024;

    private PostedForm() { }

    public sealed record Read(EnteredDecision Entered) : PostedForm;

    public sealed record TooLarge : PostedForm;

    /// <summary>Not application/x-www-form-urlencoded.</summary>
    public sealed record OtherType : PostedForm;

    /// <summary>A form, but with too many fields, or a field given twice.</summary>
    public sealed record Malformed : PostedForm;

    public static async Task<PostedForm> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            return new OtherType();
        if (request.ContentLength > Largest)
            return new TooLarge();

        var body = new byte[Largest + 1];
        var length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellation);
        if (length > Largest)
            return new TooLarge();

        Dictionary<string, StringValues> fields;
        try
        {
            using var reader = new FormReader(Encoding.UTF8.GetString(body, 0, length));
            fields = await reader.ReadFormAsync(cancellation);
        }
        catch (InvalidDataException)
        {
            return new Malformed();
        }
        return fields.Values.Any(values => values.Count > 1) ? new Malformed() : new Read(DecisionIn(fields));
    }

    private static EnteredDecision DecisionIn(Dictionary<string, StringValues> fields)
    {
        string Text(string name) => fields.TryGetValue(name, out var value) ? value.ToString() : "";
        return new EnteredDecision(Text("decision"), Text("termsHash"), Text("confirmation"), Text("duration").Trim(), Text("namespace").Trim(),
            Text("comment").ReplaceLineEndings("\n").Trim());
    }
}
