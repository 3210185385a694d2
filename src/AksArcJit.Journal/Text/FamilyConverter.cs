using System.Text.Json;
using System.Text.Json.Serialization;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Journal.Text;

/// <summary>
/// A closed record family whose members have at most one value: an object with <c>kind</c> and that value under its own name. Written
/// by hand, because the generated polymorphism wants attributes on the family, and Lifecycle does not know of JSON.
/// </summary>
internal abstract class FamilyConverter<T> : JsonConverter<T>
    where T : class
{
    protected readonly record struct Member(string Kind, string? Name = null, string? Value = null);

    protected abstract Member Describe(T value);

    /// <returns>Null where no member of the family is so described.</returns>
    protected abstract T? Make(string kind, Func<string, string> valueOf);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var text = JsonDocument.ParseValue(ref reader);
        var value = text.RootElement;
        if (value.ValueKind != JsonValueKind.Object)
            throw new JsonException();
        var kind = Word(value, "kind");
        try
        {
            return Make(kind, name => Word(value, name)) ?? throw new JsonException($"'{kind}' is no kind of {typeof(T).Name}.");
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException)
        {
            throw new JsonException(fault.Message, fault);
        }
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        var member = Describe(value);
        writer.WriteStartObject();
        writer.WriteString("kind", member.Kind);
        if (member.Name is not null)
            writer.WriteString(member.Name, member.Value);
        writer.WriteEndObject();
    }

    protected static TEnum Cause<TEnum>(string word)
        where TEnum : struct, Enum =>
        Enum.TryParse<TEnum>(word, out var cause) && Enum.GetName(cause) == word
            ? cause
            : throw new FormatException($"'{word}' is no {typeof(TEnum).Name}.");

    private static string Word(JsonElement value, string name) =>
        value.TryGetProperty(name, out var word) && word.ValueKind == JsonValueKind.String
            ? word.GetString()!
            : throw new JsonException($"A {typeof(T).Name} lacks its {name}.");
}

internal sealed class ScopeConverter : FamilyConverter<Scope>
{
    protected override Member Describe(Scope value) => value switch
    {
        Scope.Cluster => new("Cluster"),
        Scope.Namespace one => new("Namespace", "namespace", one.Name),
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    protected override Scope? Make(string kind, Func<string, string> valueOf) => kind switch
    {
        "Cluster" => new Scope.Cluster(),
        "Namespace" => new Scope.Namespace(valueOf("namespace")),
        _ => null,
    };
}

internal sealed class OutcomeConverter : FamilyConverter<Outcome>
{
    protected override Member Describe(Outcome value) => value switch
    {
        Outcome.Refused => new("Refused"),
        Outcome.Lapsed => new("Lapsed"),
        Outcome.Withdrawn => new("Withdrawn"),
        Outcome.Cancelled cancelled => new("Cancelled", "cause", cancelled.Cause.ToString()),
        Outcome.GrantFailed failed => new("GrantFailed", "reason", failed.Reason),
        Outcome.Ended ended => new("Ended", "cause", ended.Cause.ToString()),
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    protected override Outcome? Make(string kind, Func<string, string> valueOf) => kind switch
    {
        "Refused" => new Outcome.Refused(),
        "Lapsed" => new Outcome.Lapsed(),
        "Withdrawn" => new Outcome.Withdrawn(),
        "Cancelled" => new Outcome.Cancelled(Cause<CancelCause>(valueOf("cause"))),
        "GrantFailed" => new Outcome.GrantFailed(valueOf("reason")),
        "Ended" => new Outcome.Ended(Cause<EndCause>(valueOf("cause"))),
        _ => null,
    };
}

internal sealed class PauseScopeConverter : FamilyConverter<PauseScope>
{
    protected override Member Describe(PauseScope value) => value switch
    {
        PauseScope.Everything => new("Everything"),
        PauseScope.OfCustomer of => new("OfCustomer", "customer", of.Customer),
        PauseScope.OfCluster of => new("OfCluster", "cluster", of.Cluster.Text),
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    protected override PauseScope? Make(string kind, Func<string, string> valueOf) => kind switch
    {
        "Everything" => new PauseScope.Everything(),
        "OfCustomer" => new PauseScope.OfCustomer(valueOf("customer")),
        "OfCluster" => new PauseScope.OfCluster(ClusterId.Parse(valueOf("cluster"))),
        _ => null,
    };
}
