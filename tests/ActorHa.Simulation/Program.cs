using ActorHa.World;

// Tells a story of the cluster in virtual time: the state machines that ship, no root, no Debian, any system.
var stories = Path.Combine(AppContext.BaseDirectory, "stories");
var known = Directory.Exists(stories)
    ? Directory.GetFiles(stories, "*.scenario", SearchOption.AllDirectories).ToDictionary(f => Path.GetFileNameWithoutExtension(f), f => f)
    : [];
if (args is not ["--story", var name] || !known.TryGetValue(name, out var file))
{
    Console.Error.WriteLine($"usage: ActorHa.Simulation --story NAME, where NAME is one of: {string.Join(", ", known.Keys.Order())}");
    return 2;
}
Console.Write(new Player().Play(File.ReadAllText(file)));
return 0;
