using AksArcJit.Broker.Sweeping;
using AksArcJit.Contracts;

namespace AksArcJit.Web.Operations;

/// <summary>What a sweep found, as the API shows it.</summary>
internal static class SweepViews
{
    public static SweepView View(SweepReport report) => new()
    {
        At = report.At,
        DryRun = report.IsDryRun,
        Findings = [.. report.Findings.Select(View).OrderBy(one => one.ClusterId, StringComparer.Ordinal).ThenBy(one => one.BindingName, StringComparer.Ordinal)],
    };

    private static SweepFindingView View(SweptFinding swept) => new()
    {
        Kind = Kind(swept.Finding.Kind),
        ClusterId = swept.Finding.Cluster.Text,
        RequestId = swept.Finding.Request?.Text,
        BindingKind = swept.Finding.Binding?.Kind,
        BindingName = swept.Finding.Binding?.Name,
        Namespace = swept.Finding.Binding is { Namespace.Length: > 0 } binding ? binding.Namespace : null,
        Detail = swept.Finding.What,
        Done = swept.Done,
    };

    private static SweepFindingKind Kind(FindingKind kind) => kind switch
    {
        FindingKind.Orphaned => SweepFindingKind.Orphaned,
        FindingKind.Overdue => SweepFindingKind.Overdue,
        FindingKind.Altered => SweepFindingKind.Altered,
        FindingKind.Relabelled => SweepFindingKind.Relabelled,
        FindingKind.Deleted => SweepFindingKind.Deleted,
        FindingKind.Recreated => SweepFindingKind.Recreated,
        FindingKind.Copied => SweepFindingKind.Copied,
        FindingKind.Quarantined => SweepFindingKind.Quarantined,
        FindingKind.TicketClosed => SweepFindingKind.TicketClosed,
        FindingKind.EndOrdered => SweepFindingKind.EndOrdered,
        FindingKind.RoleChanged => SweepFindingKind.RoleChanged,
        FindingKind.Unreadable => SweepFindingKind.Unreadable,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
