using System.Text.Json.Serialization;
using AksArcJit.Contracts.Events;

namespace AksArcJit.Contracts;

/// <summary>
/// The generated serializers of API v1: camelCase, enums as words, absent where null. A reader of answers ignores fields that it does
/// not know; a reader of forms refuses them, and refuses a field that stands twice.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(TicketForm))]
[JsonSerializable(typeof(CloseTicketForm))]
[JsonSerializable(typeof(TicketView))]
[JsonSerializable(typeof(AccessRequestForm))]
[JsonSerializable(typeof(ExtensionForm))]
[JsonSerializable(typeof(ReasonForm))]
[JsonSerializable(typeof(AccessRequestAccepted))]
[JsonSerializable(typeof(AccessRequestView))]
[JsonSerializable(typeof(AccessRequestPage))]
[JsonSerializable(typeof(JournalView))]
[JsonSerializable(typeof(JournalRecord))]
[JsonSerializable(typeof(ClusterList))]
[JsonSerializable(typeof(RoleView))]
[JsonSerializable(typeof(OperationForm))]
[JsonSerializable(typeof(SweepForm))]
[JsonSerializable(typeof(SweepView))]
[JsonSerializable(typeof(PausesView))]
[JsonSerializable(typeof(RevokeAllView))]
[JsonSerializable(typeof(Alive))]
[JsonSerializable(typeof(Readiness))]
[JsonSerializable(typeof(TicketTold))]
[JsonSerializable(typeof(TicketClosed))]
[JsonSerializable(typeof(EventReceipt))]
[JsonSerializable(typeof(AccessEvent))]
[JsonSerializable(typeof(OrderEvent))]
[JsonSerializable(typeof(FindingEvent))]
[JsonSerializable(typeof(Problem))]
public sealed partial class ContractsJson : JsonSerializerContext;
