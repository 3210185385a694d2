using System.Collections.Concurrent;
using System.Globalization;
using Amqp;
using Amqp.Framing;

namespace AksArcJit.Messaging.Amqp;

/// <summary>
/// A pair of links to a node that answers: <c>$cbs</c> or <c>$management</c> (AMQP Management, section 2.2). It is opened when first asked
/// and again whenever it is gone: Service Bus detaches a link that nothing came over for ten minutes, and leaves the connection
/// (Microsoft, "AMQP errors in Azure Service Bus").
/// </summary>
/// <param name="name">Of the links, this connection's own.</param>
internal sealed class RequestLink(Session session, string address, string name, TimeProvider time)
{
    private readonly Lock _gate = new();
    private Pair? _pair;
    private int _pairs;
    private int _number;

    /// <exception cref="AmqpException">Refused, with condition not-found where what was asked for is gone for good; or the link is gone.</exception>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    public async Task<Message> AskAsync(Message request, TimeSpan patience, CancellationToken cancellation)
    {
        var pair = Open();
        var id = Interlocked.Increment(ref _number).ToString(CultureInfo.InvariantCulture);
        request.Properties = new Properties { MessageId = id, ReplyTo = pair.ReplyTo };
        var answer = pair.Expect(id);
        try
        {
            pair.Send(request);
            var told = await answer.WaitAsync(patience, time, cancellation);
            var status = Convert.ToInt32(told.ApplicationProperties?["status-code"] ?? told.ApplicationProperties?["statusCode"], CultureInfo.InvariantCulture);
            return status is 200 or 202
                ? told
                : throw new AmqpException(ConditionOf(status),
                    $"{pair.ReplyTo}: status {status}, {told.ApplicationProperties?["status-description"] ?? told.ApplicationProperties?["statusDescription"]}");
        }
        finally
        {
            pair.Forget(id);
        }
    }

    private static string ConditionOf(int status) => status switch
    {
        401 => ErrorCode.UnauthorizedAccess,
        404 or 410 => ErrorCode.NotFound,
        _ => ErrorCode.InternalError,
    };

    private Pair Open()
    {
        lock (_gate)
        {
            if (_pair is { IsClosed: false } open)
                return open;
            _pair?.Close();
            return _pair = new Pair(session, address, $"{name}-{++_pairs}");
        }
    }

    private sealed class Pair
    {
        private readonly SenderLink _sender;
        private readonly ReceiverLink _receiver;
        private readonly ConcurrentDictionary<string, TaskCompletionSource<Message>> _asked = new();

        public Pair(Session session, string address, string name)
        {
            ReplyTo = $"{name}-answers";
            _sender = new SenderLink(session, $"{name}-asking", address);
            _receiver = new ReceiverLink(session, ReplyTo,
                new Attach { Source = new Source { Address = address }, Target = new Target { Address = ReplyTo } }, null);
            _receiver.Start(10, Answered);
            _receiver.AddClosedCallback((_, _) => GiveUp());
            _sender.AddClosedCallback((_, _) => GiveUp());
        }

        public string ReplyTo { get; }

        /// <summary>Half a pair is none.</summary>
        public bool IsClosed => _sender.IsClosed || _receiver.IsClosed;

        public Task<Message> Expect(string id) =>
            (_asked[id] = new TaskCompletionSource<Message>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public void Forget(string id) => _asked.TryRemove(id, out _);

        public void Send(Message request)
        {
            try
            {
                _sender.Send(request, null, null);
            }
            catch (ObjectDisposedException)
            {
                throw Gone();
            }
        }

        private void Answered(IReceiverLink link, Message answer)
        {
            link.Accept(answer);
            if (answer.Properties?.CorrelationId is { } id && _asked.TryGetValue(id, out var asked))
                asked.TrySetResult(answer);
        }

        /// <summary>
        /// Closes the half that is left, if one is. Not as soon as the other goes: a broker detaches both at once, and the client ends the
        /// whole connection over two detaches that cross.
        /// </summary>
        public void Close()
        {
            foreach (var half in (Link[])[_sender, _receiver])
                if (!half.IsClosed)
                    Close(half);
        }

        private static void Close(Link half)
        {
            try
            {
                half.Close(TimeSpan.Zero, null);
            }
            catch (Exception gone) when (gone is AmqpException or ObjectDisposedException or InvalidOperationException)
            {
                // It went meanwhile.
            }
        }

        private void GiveUp()
        {
            foreach (var asked in _asked.Values)
                asked.TrySetException(Gone());
        }

        private static AmqpException Gone() => new(ErrorCode.DetachForced, "the link is gone");
    }
}
