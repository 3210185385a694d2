using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Web.Consent;

/// <summary>
/// The consent page (design section 7). Its address is the authority, so it is anonymous, and nothing but the route's template may be
/// logged. Reading changes nothing, by whomever it is done; a decision is a post.
/// </summary>
public static class ConsentEndpoints
{
    private const string Template = "/consent/{secret}";

    public static IEndpointRouteBuilder MapConsent(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Template, [HttpMethods.Get, HttpMethods.Head], ShowAsync).AllowAnonymous().ExcludeFromDescription();
        routes.MapPost(Template, DecideAsync).AllowAnonymous().ExcludeFromDescription();
        // A link cut off at its slash, or lengthened by one, is answered like any other that leads nowhere.
        routes.MapMethods("/consent/{**rest}", [HttpMethods.Get, HttpMethods.Head, HttpMethods.Post],
            () => Message(StatusCodes.Status404NotFound, ConsentTexts.UnknownLink)).AllowAnonymous().ExcludeFromDescription();
        return routes;
    }

    private static async Task<IResult> ShowAsync(
        string secret, HttpContext http, ConsentDesk desk, ClusterBook book, TimeProvider time, ILogger<PageRenderer> log)
    {
        if (ConsentLink.TryParse(secret) is not { } link)
            return Message(StatusCodes.Status404NotFound, ConsentTexts.UnknownLink);
        try
        {
            return await desk.ReadAsync(link, http.RequestAborted) is { } view
                ? Page(StatusCodes.Status200OK, new ConsentReading(view, book.Installation, time.GetUtcNow()), view.History.Quarantine is null ? null : ConsentTexts.OnlyToEnd, EnteredDecision.Nothing, [])
                : Message(StatusCodes.Status404NotFound, ConsentTexts.UnknownLink);
        }
        catch (JournalUnavailableException away)
        {
            log.JournalAway(http.Request.Method, Template, away.Message);
            return Message(StatusCodes.Status503ServiceUnavailable, ConsentTexts.Unreachable);
        }
        catch (QuarantineException quarantine)
        {
            log.MetQuarantine(http.Request.Method, Template, quarantine.Message);
            return Message(StatusCodes.Status500InternalServerError, ConsentTexts.Quarantined);
        }
    }

    private static async Task<IResult> DecideAsync(
        string secret, HttpContext http, ConsentDesk desk, ClusterBook book, TimeProvider time, ILogger<PageRenderer> log)
    {
        if (ConsentLink.TryParse(secret) is not { } link)
            return Message(StatusCodes.Status404NotFound, ConsentTexts.UnknownLink);
        if (!PostOrigin.IsOurs(http.Request, book.PublicUrl))
            return Message(StatusCodes.Status403Forbidden, ConsentTexts.Foreign);
        switch (await PostedForm.ReadAsync(http.Request, http.RequestAborted))
        {
            case PostedForm.TooLarge:
                return Message(StatusCodes.Status413PayloadTooLarge, ConsentTexts.TooLarge);
            case PostedForm.OtherType:
                return Message(StatusCodes.Status415UnsupportedMediaType, ConsentTexts.OtherType);
            case PostedForm.Malformed:
                return Message(StatusCodes.Status422UnprocessableEntity, ConsentTexts.Malformed);
            case PostedForm.Read read:
                try
                {
                    return await AnswerAsync(link, read.Entered, desk, book, time);
                }
                catch (JournalUnavailableException away)
                {
                    log.JournalAway(http.Request.Method, Template, away.Message);
                    return Message(StatusCodes.Status503ServiceUnavailable, ConsentTexts.OutcomeUnknown);
                }
                catch (QuarantineException quarantine)
                {
                    log.MetQuarantine(http.Request.Method, Template, quarantine.Message);
                    return Message(StatusCodes.Status500InternalServerError, ConsentTexts.Quarantined);
                }
            default:
                throw new InvalidOperationException("A posted form is read or not.");
        }
    }

    // From here on nothing is cancelled: a decision that was posted is carried out, whether or not its reader waits for the answer.
    private static async Task<IResult> AnswerAsync(ConsentLink link, EnteredDecision entered, ConsentDesk desk, ClusterBook book, TimeProvider time)
    {
        var faults = entered.Faults();
        if (faults.Count > 0)
            return await AgainAsync(StatusCodes.Status422UnprocessableEntity, ConsentTexts.FaultyForm, faults);

        switch (await desk.DecideAsync(link, entered.ToAnswer(), CancellationToken.None))
        {
            case ConsentResult.Decided:
                return new SeeOther($"{book.PublicUrl.AbsolutePath}consent/{link}");
            case ConsentResult.EndedUnrecorded ended:
                return Message(StatusCodes.Status500InternalServerError, ConsentTexts.EndedUnrecorded(ended.IsGone));
            case ConsentResult.Unknown:
                return Message(StatusCodes.Status404NotFound, ConsentTexts.UnknownLink);
            case ConsentResult.NotConfirmed:
                return await AgainAsync(StatusCodes.Status422UnprocessableEntity, ConsentTexts.FaultyForm,
                    [new FieldFault(Field.Confirmation, ConsentTexts.FaultOfConfirmation)]);
            case ConsentResult.Refused refused:
                return await TurnDownAsync(refused.Refusal);
            default:
                throw new InvalidOperationException("An answer is decided or not.");
        }

        async Task<IResult> TurnDownAsync(Refusal refusal)
        {
            if (await desk.ReadAsync(link, CancellationToken.None) is not { } view)
                return Message(StatusCodes.Status404NotFound, ConsentTexts.UnknownLink);
            // A lapse is recorded soon after its deadline; to the approver the reason stays the deadline.
            var told = refusal.Reason == RefusalReason.AlreadyDecided && view.State is RequestState.Closed { Outcome: Outcome.Lapsed }
                ? refusal with { Reason = RefusalReason.ConsentExpired }
                : refusal;
            var kept = told.Reason == RefusalReason.TermsChanged ? entered with { Confirmation = "" } : entered;
            return Again(ConsentStatus.Of(told.Reason), view, ConsentTexts.TurnedDown(told), kept, FaultsOf(told, entered, view.Terms));
        }

        async Task<IResult> AgainAsync(int status, Notice notice, IReadOnlyList<FieldFault> what) =>
            await desk.ReadAsync(link, CancellationToken.None) is { } view
                ? Again(status, view, notice, entered, what)
                : Message(StatusCodes.Status404NotFound, ConsentTexts.UnknownLink);

        IResult Again(int status, ConsentView view, Notice notice, EnteredDecision kept, IReadOnlyList<FieldFault> what) =>
            Page(status, new ConsentReading(view, book.Installation, time.GetUtcNow()), notice, kept, [.. what, .. FaultsBeside(what, kept, view.Terms)]);
    }

    // Where a refusal is about a field that was filled in, it is told there.
    private static IReadOnlyList<FieldFault> FaultsOf(Refusal refusal, EnteredDecision entered, Terms standing)
    {
        Field? field = refusal.Reason switch
        {
            RefusalReason.WidensTerms when entered.Duration.Length > 0 && !Narrowing.IsShorter(standing.Duration, entered.Duration) => Field.Duration,
            RefusalReason.WidensTerms or RefusalReason.NamespaceDiffers => Field.Namespace,
            RefusalReason.ScopeNotAllowed or RefusalReason.NamespaceNotFound when entered.Namespace.Length > 0 => Field.Namespace,
            RefusalReason.DurationOutsidePolicy when entered.Duration.Length > 0 => Field.Duration,
            RefusalReason.ScopeNotAllowed or RefusalReason.NamespaceNotFound or RefusalReason.DurationOutsidePolicy => Field.Decision,
            _ => null,
        };
        return field is { } where ? [new FieldFault(where, ConsentTexts.FaultOf(refusal.Reason, where, refusal.Detail))] : [];
    }

    // The rules stop at the first objection; a window too long is told at once beside another fault.
    private static IEnumerable<FieldFault> FaultsBeside(IReadOnlyList<FieldFault> told, EnteredDecision entered, Terms standing) =>
        entered is { Decision: EnteredDecision.Approve, Duration.Length: > 0 } && told.All(fault => fault.Field != Field.Duration)
            && !Narrowing.IsShorter(standing.Duration, entered.Duration)
            ? [new FieldFault(Field.Duration, ConsentTexts.FaultOf(RefusalReason.WidensTerms, Field.Duration, ""))]
            : [];

    private static PageResult<ConsentPage> Page(
        int status, ConsentReading reading, Notice? notice, EnteredDecision entered, IReadOnlyList<FieldFault> faults) => new(status, new Dictionary<string, object?>
        {
            [nameof(ConsentPage.Reading)] = reading,
            [nameof(ConsentPage.Notice)] = notice,
            [nameof(ConsentPage.Entered)] = entered,
            [nameof(ConsentPage.Faults)] = faults,
        });

    private static PageResult<MessagePage> Message(int status, Notice notice) =>
        new(status, new Dictionary<string, object?> { [nameof(MessagePage.Notice)] = notice });

    /// <summary>303: done, read the page again.</summary>
    private sealed class SeeOther(string location) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            PageHeaders.Write(httpContext.Response.Headers);
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = location;
            return Task.CompletedTask;
        }
    }
}
