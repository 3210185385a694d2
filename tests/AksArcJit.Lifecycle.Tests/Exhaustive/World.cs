namespace AksArcJit.Lifecycle.Tests.Exhaustive;

/// <summary>
/// A cluster, as small as the invariants allow: one binding under the one name, creates that were sent and may still land, and the last
/// consistent read that found nothing. It knows the truth; the lifecycle knows only what signals tell.
/// </summary>
/// <param name="Standing">The binding that stands now.</param>
/// <param name="Gone">The last that stood and does no more: late reports still tell of it.</param>
/// <param name="Absence">What the last removal saw; it may be reported at any later time.</param>
/// <param name="Births">Bindings so far, to name the next.</param>
public sealed record World(Binding? Standing, Binding? Gone, IReadOnlyList<Flight> Flights, Absence? Absence, int Births)
{
    public const int MostFlights = 2;

    /// <summary>The model's one assumption (design section 4): a create that was sent lands within this or never.</summary>
    public static readonly TimeSpan LongestFlight = Timing.AppearanceLimit;

    public static readonly World Empty = new(null, null, [], null, 0);

    public World At(DateTimeOffset now) => Flights.All(f => f.LandBy > now) ? this : this with { Flights = [.. Flights.Where(f => f.LandBy > now)] };

    public World Send(int attempt, DateTimeOffset notAfter, DateTimeOffset now) =>
        this with { Flights = [.. Flights, new Flight(attempt, notAfter, now + LongestFlight, false, false)] };

    /// <summary>The name is taken once: a create that meets a binding is answered 409 and changes nothing.</summary>
    public World Land(Flight flight)
    {
        var rest = Flights.ToList();
        rest.Remove(flight);
        return Standing is null
            ? this with { Flights = rest, Births = Births + 1, Standing = new Binding($"uid-{Births + 1}", flight.NotAfter, flight.IsOwed) }
            : this with { Flights = rest };
    }

    /// <summary>Removed by us or by somebody else.</summary>
    public World Lose() => this with { Standing = null, Gone = Standing ?? Gone };

    public World Remove(string? sought, DateTimeOffset now) => Lose() with { Absence = new Absence(sought, now) };

    /// <summary>An outcome "unknown" was reported for the attempt: from here on nobody may forget its creates.</summary>
    public World Tell(int attempt) => this with { Flights = [.. Flights.Select(f => f.Attempt == attempt ? f with { IsTold = true } : f)] };

    /// <summary>
    /// Another outcome of the same attempt was recorded. A second create of it, sent by a broker that is dead or paused, is the one
    /// exception of invariants 1 and 3: the sweep's business.
    /// </summary>
    public World Excuse(int attempt) => this with { Flights = [.. Flights.Select(f => f.Attempt == attempt ? f with { IsExcused = true } : f)] };
}

/// <param name="IsOwed">The lifecycle had reason to expect it.</param>
public sealed record Binding(string Uid, DateTimeOffset NotAfter, bool IsOwed);

public sealed record Flight(int Attempt, DateTimeOffset NotAfter, DateTimeOffset LandBy, bool IsTold, bool IsExcused)
{
    public bool IsOwed => IsTold || !IsExcused;
}

public sealed record Absence(string? SoughtUid, DateTimeOffset ObservedAt);
