namespace AksArcJit.Kubernetes.Api;

/// <summary>
/// Reads every answer to its end under the request's own token. KubernetesClient reads bodies without one, so that a server which stops
/// in the middle would hold a thread for ever.
/// </summary>
internal sealed class WholeAnswers : DelegatingHandler
{
    /// <summary>Set on a request whose answer has no end: a watch reads it line by line, each under a token.</summary>
    public static readonly HttpRequestOptionsKey<bool> HasNoEnd = new("aksarcjit.stream");

    /// <summary>Bytes: a page of 500 bindings is about 1 MB.</summary>
    private const long Largest = 64 << 20;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (request.Options.TryGetValue(HasNoEnd, out var isStream) && isStream)
            return response;
        try
        {
            await response.Content.LoadIntoBufferAsync(Largest, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
