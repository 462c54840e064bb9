using System.Globalization;

namespace ActorHa.World;

/// <summary>The words of a command in a story; what is missing or means nothing is said, with the line.</summary>
/// <param name="world">Whose members are named.</param>
/// <param name="line">The command.</param>
internal sealed class Words(WorldModel world, string line)
{
    private readonly string[] _words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The command as it is written.</summary>
    public string Line => line;

    /// <summary>How many there are.</summary>
    public int Count => _words.Length;

    /// <summary>All but the first.</summary>
    public string[] Rest => _words[1..];

    /// <summary>The word at this place; the command itself is 0.</summary>
    public string this[int at] => at < _words.Length ? _words[at] : throw new StoryException($"\"{line}\": a word is missing at its end");

    /// <summary>The member that is named first.</summary>
    public SimMember Member => MemberAt(1);

    /// <summary>The member at this place.</summary>
    public SimMember MemberAt(int at) => world.Members.FirstOrDefault(m => m.Name.Value == this[at])
        ?? throw new StoryException($"\"{line}\": there is no member {this[at]}; known: {string.Join(", ", world.Members.Select(m => m.Name))}");

    /// <summary>The VM's process at this place, on the member that is named first.</summary>
    public SimProcess Process(int at) => Member.Machine.Processes.Find(p => p.Vm.Value == this[at]) ?? throw new StoryException($"\"{line}\": {this[at]} does not run on {Member.Name}");

    /// <summary>The number at this place.</summary>
    public double Number(int at) => Number(this[at]);

    /// <summary>The number of seconds at this place.</summary>
    public TimeSpan Seconds(int at) => TimeSpan.FromSeconds(Number(at));

    /// <summary>One of several words, hyphens and case aside.</summary>
    public T OneOf<T>(int at) where T : struct, Enum => OneOf<T>(this[at]);

    /// <summary>Yes or no, whatever the two are called.</summary>
    public bool Is(int at, string yes, string no) => this[at] == yes || (this[at] == no ? false : throw new StoryException($"\"{line}\": \"{this[at]}\" is neither {yes} nor {no}"));

    /// <summary>What this text says as a number.</summary>
    public double Number(string text) => double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : throw new StoryException($"\"{line}\": \"{text}\" is no number");

    /// <summary>What this text says as one of several words.</summary>
    public T OneOf<T>(string text) where T : struct, Enum => Enum.TryParse<T>(text.Replace("-", ""), ignoreCase: true, out var value)
        ? value
        : throw new StoryException($"\"{line}\": \"{text}\" is none of {string.Join(", ", Enum.GetNames<T>())}");

    /// <summary>Nobody knows this command.</summary>
    public StoryException Unknown() => new($"unknown command: {line}");
}
