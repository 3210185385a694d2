using System.Text.Json.Nodes;

namespace AksArcJit.DevCluster.Errors;

/// <summary>One fault of one field, as <c>field.Error</c> words it.</summary>
internal sealed record FieldFault(string Field, string Reason, string Text)
{
    public string Told => $"{Field}: {Text}";

    public static FieldFault Required(string field, string detail = "") =>
        new(field, "FieldValueRequired", detail.Length == 0 ? "Required value" : $"Required value: {detail}");

    public static FieldFault Invalid(string field, string shownValue, string detail) =>
        new(field, "FieldValueInvalid", $"Invalid value: {shownValue}: {detail}");

    public static FieldFault Forbidden(string field, string detail) =>
        new(field, "FieldValueForbidden", $"Forbidden: {detail}");

    public static FieldFault NotSupported(string field, string value, params string[] supported) =>
        new(field, "FieldValueNotSupported",
            $"Unsupported value: {Go.Quote(value)}: supported values: {string.Join(", ", supported.Select(Go.Quote))}");

    public static FieldFault TooLong(string field, int maximum) =>
        new(field, "FieldValueTooLong", $"Too long: may not be more than {maximum} bytes");

    public JsonNode ToCause() => new JsonObject { ["reason"] = Reason, ["message"] = Text, ["field"] = Field };
}
