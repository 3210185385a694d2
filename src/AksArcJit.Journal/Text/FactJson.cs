using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Journal.Text;

/// <summary>The generated serializers, one per kind of fact.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    // Computed properties are get-only; those of a record's parameters are not.
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters =
    [
        typeof(RequestIdConverter), typeof(TicketIdConverter), typeof(ClusterIdConverter), typeof(ScopeConverter),
        typeof(OutcomeConverter), typeof(PauseScopeConverter), typeof(TimeConverter), typeof(DurationConverter),
    ])]
[JsonSerializable(typeof(RequestFact.AccessRequested))]
[JsonSerializable(typeof(RequestFact.ConsentGiven))]
[JsonSerializable(typeof(RequestFact.ConsentRefused))]
[JsonSerializable(typeof(RequestFact.ConsentLapsed))]
[JsonSerializable(typeof(RequestFact.RequestWithdrawn))]
[JsonSerializable(typeof(RequestFact.RequestCancelled))]
[JsonSerializable(typeof(RequestFact.GrantScheduled))]
[JsonSerializable(typeof(RequestFact.GrantHeld))]
[JsonSerializable(typeof(RequestFact.GrantAbandoned))]
[JsonSerializable(typeof(RequestFact.GrantIntended))]
[JsonSerializable(typeof(RequestFact.GrantAttemptFailed))]
[JsonSerializable(typeof(RequestFact.GrantOutcomeUnknown))]
[JsonSerializable(typeof(RequestFact.BindingObserved))]
[JsonSerializable(typeof(RequestFact.Granted))]
[JsonSerializable(typeof(RequestFact.RoleChangeObserved))]
[JsonSerializable(typeof(RequestFact.RevocationStarted))]
[JsonSerializable(typeof(RequestFact.RevocationAttemptFailed))]
[JsonSerializable(typeof(RequestFact.RevocationUnconfirmed))]
[JsonSerializable(typeof(RequestFact.AccessGone))]
[JsonSerializable(typeof(RequestFact.GoneByWord))]
[JsonSerializable(typeof(RequestFact.StrayBindingFound))]
[JsonSerializable(typeof(RequestFact.NoticeDelivered))]
[JsonSerializable(typeof(RequestFact.NoticeUndelivered))]
[JsonSerializable(typeof(TicketFact.TicketRecorded))]
[JsonSerializable(typeof(TicketFact.TicketClosed))]
[JsonSerializable(typeof(SystemFact.GrantsPaused))]
[JsonSerializable(typeof(SystemFact.GrantsResumed))]
[JsonSerializable(typeof(SystemFact.RevocationOrdered))]
[JsonSerializable(typeof(ClusterFact.OrphanRemoved))]
[JsonSerializable(typeof(ClusterFact.OverdueRemoved))]
[JsonSerializable(typeof(ClusterFact.QuarantinedBindingRemoved))]
[JsonSerializable(typeof(ClusterFact.UnmanagedCopyFound))]
internal sealed partial class FactJson : JsonSerializerContext
{
    public IReadOnlyList<JsonTypeInfo> Facts =>
    [
        AccessRequested, ConsentGiven, ConsentRefused, ConsentLapsed, RequestWithdrawn, RequestCancelled, GrantScheduled, GrantHeld,
        GrantAbandoned, GrantIntended, GrantAttemptFailed, GrantOutcomeUnknown, BindingObserved, Granted, RoleChangeObserved,
        RevocationStarted, RevocationAttemptFailed, RevocationUnconfirmed, AccessGone, GoneByWord, StrayBindingFound,
        NoticeDelivered, NoticeUndelivered,
        TicketRecorded, TicketClosed,
        GrantsPaused, GrantsResumed, RevocationOrdered,
        OrphanRemoved, OverdueRemoved, QuarantinedBindingRemoved, UnmanagedCopyFound,
    ];
}
