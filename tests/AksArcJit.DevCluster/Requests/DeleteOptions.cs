using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Objects;

namespace AksArcJit.DevCluster.Requests;

/// <summary>
/// meta/v1 DeleteOptions, from the body and the query. A grace period has no meaning here, and of the propagation policies only that
/// <c>Background</c> waits for no garbage collector: there is none.
/// </summary>
internal sealed record DeleteOptions(string Uid, string ResourceVersion, bool DryRun, bool IsBackground)
{
    public static DeleteOptions Parse(HttpRequest request, RequestBody body)
    {
        var sent = body.Bytes.IsEmpty ? [] : body.ReadObject();
        var preconditions = sent.Object("preconditions");
        return new(
            preconditions.Text("uid"),
            preconditions.Text("resourceVersion"),
            DryRunOption.Parse([.. request.Query["dryRun"].OfType<string>(), .. sent.Texts("dryRun")]),
            request.Query["propagationPolicy"].Contains("Background") || sent.Text("propagationPolicy") == "Background");
    }

    public void CheckPreconditions(StoredObject existing)
    {
        if (Uid.Length > 0 && Uid != existing.Uid)
        {
            throw Refusals.DeletePrecondition(existing.Type, existing.Key.Name,
                $"the UID in the precondition ({Uid}) does not match the UID in record ({existing.Uid}). The object might have been deleted and then recreated");
        }
        if (ResourceVersion.Length > 0 && ResourceVersion != existing.ResourceVersion.ToString())
        {
            throw Refusals.DeletePrecondition(existing.Type, existing.Key.Name,
                $"the ResourceVersion in the precondition ({ResourceVersion}) does not match the ResourceVersion in record ({existing.ResourceVersion}). The object might have been modified");
        }
    }
}

internal static class DryRunOption
{
    public static bool Parse(IReadOnlyCollection<string> values) => values.All(value => value == "All")
        ? values.Count > 0
        : throw Refusals.BadRequest("dryRun: Unsupported value: supported values: \"All\"");
}
