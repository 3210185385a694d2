using AksArcJit.Broker.Ports;
using Azure;
using Azure.Data.Tables.Models;
using Azure.Identity;

namespace AksArcJit.Stores.Tables;

/// <summary>Tells a storage account that cannot be reached, or will not let us in, from one that has answered.</summary>
internal static class Outage
{
    public static async Task<T> GuardAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        try
        {
            return await call();
        }
        catch (Exception fault) when (Is(fault, cancellation))
        {
            throw new JournalUnavailableException($"Table Storage did not do its work: {fault.Message.Split('\n')[0].TrimEnd()}", fault);
        }
    }

    /// <summary>A condition on a row did not hold: it exists, is gone, or has changed.</summary>
    public static bool IsConflict(RequestFailedException fault) =>
        (fault.Status is 404 or 409 && (fault.ErrorCode == TableErrorCode.EntityAlreadyExists || fault.ErrorCode == TableErrorCode.ResourceNotFound))
        || fault.Status == 412;

    private static bool Is(Exception fault, CancellationToken cancellation) => fault switch
    {
        // 400 and 413 mean that we asked for something that no account would do.
        RequestFailedException answered => answered.Status is not (400 or 413) && !IsConflict(answered),
        // The network timeout of one attempt cancels; several failed attempts come as one aggregate.
        OperationCanceledException => !cancellation.IsCancellationRequested,
        AggregateException or HttpRequestException or IOException or AuthenticationFailedException => true,
        _ => false,
    };
}
