using System.Collections.Concurrent;
using System.Globalization;
using Amqp;
using Amqp.Framing;

namespace AksArcJit.Messaging.Amqp;

/// <summary>A pair of links to a node that answers: <c>$cbs</c> or <c>$management</c> (AMQP Management, section 2.2).</summary>
internal sealed class RequestLink
{
    private readonly string _replyTo;
    private readonly SenderLink _sender;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Message>> _asked = new();
    private readonly TimeProvider _time;
    private int _number;

    /// <param name="name">Of both links, this connection's own.</param>
    public RequestLink(Session session, string address, string name, TimeProvider time)
    {
        _time = time;
        _replyTo = $"{name}-answers";
        _sender = new SenderLink(session, $"{name}-asking", address);
        var receiver = new ReceiverLink(session, _replyTo,
            new Attach { Source = new Source { Address = address }, Target = new Target { Address = _replyTo } }, null);
        receiver.Start(10, Answered);
        receiver.AddClosedCallback((_, _) => GiveUp());
        _sender.AddClosedCallback((_, _) => GiveUp());
    }

    /// <exception cref="AmqpException">Refused, or the link is gone.</exception>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    public async Task<Message> AskAsync(Message request, TimeSpan patience, CancellationToken cancellation)
    {
        var id = Interlocked.Increment(ref _number).ToString(CultureInfo.InvariantCulture);
        request.Properties = new Properties { MessageId = id, ReplyTo = _replyTo };
        var answer = _asked[id] = new TaskCompletionSource<Message>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _sender.Send(request, null, null);
            var told = await answer.Task.WaitAsync(patience, _time, cancellation);
            var status = Convert.ToInt32(told.ApplicationProperties?["status-code"] ?? told.ApplicationProperties?["statusCode"], CultureInfo.InvariantCulture);
            return status is 200 or 202
                ? told
                : throw new AmqpException(status == 401 ? ErrorCode.UnauthorizedAccess : ErrorCode.InternalError,
                    $"{_replyTo}: status {status}, {told.ApplicationProperties?["status-description"] ?? told.ApplicationProperties?["statusDescription"]}");
        }
        finally
        {
            _asked.TryRemove(id, out _);
        }
    }

    private void Answered(IReceiverLink link, Message answer)
    {
        link.Accept(answer);
        if (answer.Properties?.CorrelationId is { } id && _asked.TryGetValue(id, out var asked))
            asked.TrySetResult(answer);
    }

    private void GiveUp()
    {
        foreach (var asked in _asked.Values)
            asked.TrySetException(new AmqpException(ErrorCode.DetachForced, "the link is gone"));
    }
}
