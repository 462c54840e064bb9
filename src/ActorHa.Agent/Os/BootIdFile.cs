using ActorHa.Core;

namespace ActorHa.Agent.Os;

/// <summary>Reads the kernel's name of this boot.</summary>
public static class BootIdFile
{
    /// <summary>Where Linux keeps it (random(4)). Several hosts simulated on one machine name files of their own instead.</summary>
    public const string Default = "/proc/sys/kernel/random/boot_id";

    /// <summary>Reads and checks the file; lower case, with dashes.</summary>
    /// <exception cref="InvalidDataException">There is no such file, or no boot id in it: one line for the operator.</exception>
    public static BootId Read(string path = Default)
    {
        string text;
        try
        {
            text = File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"the boot id cannot be read from {path}: {e.Message}", e);
        }
        return Guid.TryParse(text, out var id) && id != Guid.Empty
            ? new BootId(id.ToString("D"))
            : throw new InvalidDataException($"{path} holds no boot id (a GUID): '{(text.Length > 60 ? text[..60] : text)}'");
    }
}
