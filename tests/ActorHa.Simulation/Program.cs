using System.Diagnostics;
using ActorHa.Simulation;
using ActorHa.World;

// Tells stories of the cluster in virtual time, and searches for the ones that end badly: the state machines that ship, no
// root, no Debian, any system.
try
{
    var options = new Options(args);
    return options switch
    {
        _ when options.Has("seed") => Reports.OneSeed(options),
        _ when options.Text("story") is { } name => Reports.Story(name),
        _ when options.Has("seeds") => Reports.Many(options, Seeds(options.Number("from", 1)).Take(options.Number("seeds", 0)), options.Has("noise")),
        _ when options.Has("for") => Reports.Many(options, Until(options.Time("for"), Seeds(options.Number("from", 1))), options.Has("noise")),
        _ when options.Has("pairs") => Reports.Pairs(options),
        _ when options.Has("pair") => Reports.OnePair(options),
        _ when options.Has("triples") => Reports.Triples(options),
        _ when options.Has("directed") => Directed.Play(options),
        _ when options.Has("hunt") => Hunt.Play(options),
        _ when options.Has("mutants") => Mutants.Play(options),
        _ => throw new ArgumentException("nothing to do"),
    };
}
catch (StoryException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
catch (ArgumentException e)
{
    Console.Error.WriteLine($"{e.Message}\n{Options.Usage}");
    return 2;
}

static IEnumerable<int> Seeds(int from)
{
    for (var seed = from; ; seed++) yield return seed;
}

static IEnumerable<int> Until(TimeSpan time, IEnumerable<int> seeds)
{
    var began = Stopwatch.GetTimestamp();
    return seeds.TakeWhile(_ => Stopwatch.GetElapsedTime(began) < time);
}
