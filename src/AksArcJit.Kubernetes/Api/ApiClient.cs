using System.Net;
using AksArcJit.Kubernetes.Credentials;
using AksArcJit.Lifecycle;
using k8s;
using k8s.Autorest;

namespace AksArcJit.Kubernetes.Api;

/// <summary>
/// Sends one request, once, and tells what became of it as a value: nothing that a cluster or the way to it does is thrown. Removals have
/// a lane of their own, so that neither grants nor listings stand before them or their confirmation; so has what is only read, because the
/// sweep must see a cluster on which creates hang.
/// </summary>
internal sealed class ApiClient(ConnectionSource source, ClusterConnection connection, TimeProvider time) : IDisposable
{
    /// <summary>What is wrong with the credentials; null where nothing is.</summary>
    public CredentialTrouble? CredentialTrouble => source.Trouble;

    /// <summary>UTC, since when nothing was answered, where a lane stands still; null where none does.</summary>
    public DateTimeOffset? StillSince
    {
        get
        {
            Lane[] lanes = [Removals, Grants, Reads];
            // A lane that nobody has used since stands still although the others were answered meanwhile.
            return lanes.Min(lane => lane.StillSince) is { } still ? lanes.Select(lane => lane.AnsweredAt).Append(still).Max() : null;
        }
    }

    /// <summary>A server that is busy asks to be left alone; access that has to end comes back in time for invariant 1 all the same.</summary>
    public static readonly TimeSpan LongestRemovalPause = TimeSpan.FromSeconds(4);

    public Lane Removals { get; } = new(connection.ParallelRequests, LongestRemovalPause, Lane.TrialInterval, connection.RequestTimeout, time);

    public Lane Grants { get; } = new(connection.ParallelRequests, Timing.LongestGrantPause, Lane.TrialInterval, connection.RequestTimeout, time);

    // Somebody waits for the answer, and no other cluster's access for the place.
    public Lane Reads { get; } = new(connection.ParallelRequests, Timing.LongestGrantPause, TimeSpan.Zero, connection.RequestTimeout, time);

    /// <param name="needs">For the reason, where the server forbids it.</param>
    /// <param name="sendBy">UTC; the request is not sent later.</param>
    /// <param name="goesFirst">Before all who wait in this lane and do not go first.</param>
    public async Task<Answer<T>> SendAsync<T>(
        Lane lane, Permission needs, Func<IKubernetes, CancellationToken, Task<T>> request, CancellationToken cancellation,
        DateTimeOffset? sendBy = null, bool goesFirst = false)
    {
        if (await lane.TryEnterAsync(cancellation, goesFirst) is { } standstill)
            return new Answer<T>.NotSent(standstill);
        Answer<T>? answer = null;
        var now = time.GetUtcNow();
        try
        {
            var left = sendBy is { } latest ? latest - now : TimeSpan.MaxValue;
            if (left <= TimeSpan.Zero)
                return new Answer<T>.NotSent("not sent: its time had passed");
            answer = await SendNowAsync(needs, request, left, cancellation);
            if (answer is Answer<T>.Refused { Why: { Code: 429 } busy })
                Pause(lane, TimeSpan.FromSeconds(busy.RetryAfterSeconds ?? 1));
            return answer;
        }
        finally
        {
            lane.Leave(answer is null ? null : answer is Answer<T>.Given or Answer<T>.Refused, now);
        }
    }

    // Whoever is refused, grants and reads make way; removals keep still only for what was said to them.
    private void Pause(Lane lane, TimeSpan asked)
    {
        Grants.Pause(asked);
        Reads.Pause(asked);
        if (lane == Removals)
            Removals.Pause(asked);
    }

    /// <summary>
    /// Reads an answer as it is. Outside the lanes: one that has no end would hold a place for ever. Its caller reads the stream under
    /// tokens of its own and disposes of it.
    /// </summary>
    /// <param name="path">Relative to the server, with its query.</param>
    /// <param name="hasNoEnd">Returns when it begins; else when it has come whole.</param>
    /// <exception cref="HttpRequestException">Refused, with the status code, or no connection.</exception>
    public async Task<Stream> OpenAsync(string path, bool hasNoEnd, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(connection.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        // Not for as long as the stream: credentials that are replaced end it, and it begins again with the new.
        using var lease = await source.TakeAsync(either.Token);
        var kubernetes = lease.Client;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(kubernetes.BaseUri, path));
        request.Options.Set(WholeAnswers.HasNoEnd, hasNoEnd);
        if (kubernetes.Credentials is { } credentials)
            await credentials.ProcessHttpRequestAsync(request, either.Token);
        var response = await kubernetes.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
        try
        {
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadAsStreamAsync(either.Token);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    public void Dispose() => source.Dispose();

    private async Task<Answer<T>> SendNowAsync<T>(
        Permission needs, Func<IKubernetes, CancellationToken, Task<T>> request, TimeSpan left, CancellationToken cancellation)
    {
        // A request that still waits for a connection when its time passes is not sent either: the token ends it.
        var patience = left < connection.RequestTimeout ? left : connection.RequestTimeout;
        using var timeout = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            using var lease = await source.TakeAsync(either.Token);
            return new Answer<T>.Given(await request(lease.Client, either.Token));
        }
        catch (CredentialException none)
        {
            return new Answer<T>.NotSent($"not sent: {none.Message}", none.Trouble.Brief);
        }
        catch (HttpOperationException refused)
        {
            if (refused.Response.StatusCode == HttpStatusCode.Unauthorized)
                source.Distrust();
            return new Answer<T>.Refused(Refusal.Of(refused, needs));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException)
        {
            return new Answer<T>.Lost($"no answer within {patience.TotalSeconds:0.#} s");
        }
        // All of these come before the request's first byte (System.Net.Http.HttpRequestError).
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)
        {
            return new Answer<T>.NotSent($"no connection: {Innermost(e)}", "no connection to the API server");
        }
        // Whatever else happens on the way is the cluster's doing (a torn connection, an answer that is no JSON, a credential plug-in that
        // fails), and the port throws for none of it.
        catch (Exception e)
        {
            return new Answer<T>.Lost($"no usable answer: {Innermost(e)}", "no usable answer");
        }
    }

    private static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        return e.Message;
    }
}
