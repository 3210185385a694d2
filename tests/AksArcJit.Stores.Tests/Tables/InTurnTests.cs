using AksArcJit.Stores.Tables;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace AksArcJit.Stores.Tests.Tables;

public sealed class InTurnTests
{
    [Fact]
    public async Task Calls_WhenMoreThanMayGoAtOnce_ThenTheRestGoInOrderAsPlacesComeFree()
    {
        var account = new Held();
        var pipeline = PipelineTo(account, TimeSpan.FromMinutes(1));

        var calls = Enumerable.Range(0, 5).Select(number => CallAsync(pipeline, number)).ToList();

        await account.ArrivedAsync(2);
        Assert.Equal([0, 1], account.Came);
        for (var number = 0; number < 5; number++)
        {
            account.Answer(number);
            await calls[number];
            await account.ArrivedAsync(Math.Min(number + 3, 5));
        }
        Assert.Equal([0, 1, 2, 3, 4], account.Came);
        Assert.Equal(2, account.MostAtOnce);
    }

    [Fact]
    public async Task ACall_WhenItsTurnDoesNotCome_ThenItFailsUnsentAndTakesNoPlace()
    {
        var account = new Held();
        var pipeline = PipelineTo(account, TimeSpan.FromMilliseconds(1));
        var (first, second) = (CallAsync(pipeline, 0), CallAsync(pipeline, 1));
        await account.ArrivedAsync(2);

        await Assert.ThrowsAsync<IOException>(() => CallAsync(pipeline, 2));

        Assert.Equal([0, 1], account.Came);
        account.Answer(0);
        account.Answer(1);
        await Task.WhenAll(first, second);
        account.Answer(3);
        await CallAsync(pipeline, 3);
    }

    private static HttpPipeline PipelineTo(Held account, TimeSpan patience)
    {
        var options = new TableClientOptions { Transport = new HttpClientTransport(account) };
        options.AddPolicy(new InTurn(2, patience), HttpPipelinePosition.PerCall);
        return HttpPipelineBuilder.Build(options);
    }

    private static async Task CallAsync(HttpPipeline pipeline, int number)
    {
        using var request = pipeline.CreateRequest();
        request.Uri.Reset(new Uri($"http://account.test/{number}"));
        using var response = await pipeline.SendRequestAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Answers a call when it is told to.</summary>
    private sealed class Held : HttpMessageHandler
    {
        private readonly Dictionary<int, TaskCompletionSource> _answers = Enumerable.Range(0, 5).ToDictionary(number => number, _ => new TaskCompletionSource());
        private readonly SemaphoreSlim _arrivals = new(0);
        private int _seen;
        private int _atOnce;

        public List<int> Came { get; } = [];

        public int MostAtOnce { get; private set; }

        /// <summary>Returns when so many calls have come.</summary>
        public async Task ArrivedAsync(int count)
        {
            for (; _seen < count; _seen++)
                await _arrivals.WaitAsync(TestContext.Current.CancellationToken);
        }

        public void Answer(int number) => _answers[number].SetResult();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var number = int.Parse(request.RequestUri!.AbsolutePath[1..], System.Globalization.CultureInfo.InvariantCulture);
            lock (Came)
            {
                Came.Add(number);
                MostAtOnce = Math.Max(MostAtOnce, ++_atOnce);
            }
            _arrivals.Release();
            await _answers[number].Task.WaitAsync(cancellationToken);
            lock (Came)
                _atOnce--;
            return new HttpResponseMessage();
        }
    }
}
