using static AksArcJit.Lifecycle.Requests.RequestState;

namespace AksArcJit.Lifecycle.Requests;

/// <summary>What a state wants at a moment. Total and pure: asking twice changes nothing.</summary>
public static class NextStep
{
    public static Step Of(RequestState state, DateTimeOffset now) => state switch
    {
        Unasked or Closed => new Step.Rest(),
        AwaitingConsent s => now < s.Request.ConsentDeadline ? new Step.WaitUntil(s.Request.ConsentDeadline) : new Step.PassDeadline(),
        Scheduled s => now < s.StartAt ? new Step.WaitUntil(s.StartAt) : new Step.BeginGrant(),
        Granting s => Of(s, now),
        // Straight to the removal: its facts follow, so that it never waits for the journal.
        Active s => now < s.ExpiresAt ? new Step.WaitUntil(s.ExpiresAt) : new Step.RemoveBinding(s.Grant),
        Revoking s => new Step.RemoveBinding(s.Grant),
        RequestState.RevocationUnconfirmed s => new Step.RemoveBinding(s.Grant),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    private static Step Of(Granting s, DateTimeOffset now)
    {
        // Whatever else is held up: nothing stands past its own end, and its removal does not wait for the journal.
        if (now >= s.Grant.EndsBy)
            return new Step.RemoveBinding(s.Grant);
        if (now >= s.Attempt.GiveUpAt)
            return new Step.PassDeadline();
        if (s.Attempt.Pending && now <= s.Attempt.SendBy)
            return new Step.CreateBinding(s.Grant, s.Attempt);
        return now < s.Attempt.RetryAt ? new Step.WaitUntil(s.Attempt.RetryAt) : new Step.BeginGrant();
    }
}
