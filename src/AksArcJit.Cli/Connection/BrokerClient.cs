using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AksArcJit.Contracts;
using AksArcJit.Journal;
using AksArcJit.Journal.Exports;

namespace AksArcJit.Cli.Connection;

/// <summary>The broker's HTTP API as the commands need it. Every failure is a <see cref="CommandFailedException"/> that says what to do.</summary>
internal sealed class BrokerClient : IDisposable
{
    /// <summary>A broker that sends nothing for this long is taken for gone.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(100);

    private readonly HttpClient http;
    private readonly Uri url;

    public BrokerClient(Uri url, string? token)
    {
        this.url = url;
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(15) }) { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("aksarcjit", null));
        if (token is not null && !http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {token}"))
            throw new CommandFailedException("The token holds characters that no token has.", $"Check --token or {ConnectionOptions.TokenVariable}.");
    }

    /// <summary>All rows, and then the end.</summary>
    /// <param name="path">Relative, as <c>api/v1/journal?ticket=…</c>.</param>
    /// <param name="ended">Given the end, once it came.</param>
    public async IAsyncEnumerable<JournalRow> ReadAsync(string path, Action<ExportEnd> ended, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Silence);
        using var answer = await SendAsync(path, "application/x-ndjson", patience.Token, cancellation);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        var reader = new ExportReader(body);
        await using var rows = reader.ReadAsync(patience.Token).GetAsyncEnumerator(cancellation);
        while (await NextAsync())
        {
            patience.CancelAfter(Silence);
            yield return rows.Current;
        }
        ended(reader.End ?? throw Cut(path, null));

        async Task<bool> NextAsync()
        {
            try
            {
                return await rows.MoveNextAsync();
            }
            catch (Exception fault) when (fault is IOException or HttpRequestException or FormatException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                throw Cut(path, fault);
            }
        }
    }

    /// <summary>A whole file.</summary>
    public async Task DownloadAsync(string path, string type, Stream target, long most, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Silence);
        using var answer = await SendAsync(path, type, patience.Token, cancellation);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        try
        {
            var buffer = new byte[81920];
            var left = most;
            for (int read; (read = await body.ReadAsync(buffer, patience.Token)) > 0; left -= read)
            {
                patience.CancelAfter(Silence);
                if (read > left)
                    throw new CommandFailedException($"The broker sends more than {most / 1024 / 1024} MiB.", "Nothing was written. Ask the broker's operator.");
                await target.WriteAsync(buffer.AsMemory(0, read), cancellation);
            }
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw Cut(path, fault);
        }
    }

    /// <summary>Has the broker do something that may be repeated: where no answer comes, whether it was done is unknown.</summary>
    public async Task<TView> PostAsync<TForm, TView>(
        string path, TForm form, JsonTypeInfo<TForm> formType, JsonTypeInfo<TView> viewType, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Silence);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(form, formType) };
        using var answer = await SendAsync(request, "application/json", patience.Token, cancellation);
        try
        {
            return await answer.Content.ReadFromJsonAsync(viewType, patience.Token) ?? throw new JsonException("null");
        }
        catch (Exception fault) when (fault is JsonException or IOException or HttpRequestException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw Cut(path, fault);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(string path, string type, CancellationToken patience, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(request, type, patience, cancellation);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string type, CancellationToken patience, CancellationToken cancellation)
    {
        request.Headers.Accept.ParseAdd(type);
        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience);
        }
        catch (Exception fault) when (fault is HttpRequestException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new CommandFailedException($"The broker at {url} cannot be reached: {fault.Message}", "Check that it runs and that --server names it.", fault);
        }
        if (answer.StatusCode == HttpStatusCode.OK)
            return answer;
        using (answer)
            throw await FaultAsync(answer, patience);
    }

    private async Task<CommandFailedException> FaultAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var problem = await ProblemAsync(answer, cancellation);
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new CommandFailedException("The broker does not know you: the token is missing, expired or another's.", $"Pass a fresh one with --token or {ConnectionOptions.TokenVariable}."),
            HttpStatusCode.Forbidden => new CommandFailedException(problem is null ? "You may not do this." : $"You may not do this. {problem.Detail}", problem?.Remedy ?? "It takes the role Auditor, or Operator for a sweep; ask who gives out roles."),
            _ when problem is not null => new CommandFailedException(problem.Detail, problem.Remedy),
            HttpStatusCode.NotFound => new CommandFailedException($"{url} does not offer this.", "Check --server: it may be no broker, or an older one."),
            var status => new CommandFailedException($"{url} answered {(int)status}.", "Check --server, and the broker's log."),
        };
    }

    private static async Task<Problem?> ProblemAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json" || answer.Content.Headers.ContentLength > 65536)
            return null;
        try
        {
            return JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(cancellation), ContractsJson.Default.Problem);
        }
        catch (Exception fault) when (fault is JsonException or HttpRequestException)
        {
            return null;
        }
    }

    private CommandFailedException Cut(string path, Exception? inner) =>
        new($"{url} ended {path} before its end{(inner is null ? "" : $": {inner.Message}")}", "Nothing was concluded from what came. Try again; if it stays so, look into the broker's log.", inner);
}
