using System.Collections.Immutable;
using System.Text;
using ActorHa.Hocon;

namespace ActorHa.Configuration;

/// <summary>Secrets from files that nobody else can read, or from the environment; never written out in the settings.</summary>
internal sealed class SecretReader(IMemberFiles files, string baseFolder)
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const string FileSuffix = "-password-file";
    private const string Suffix = "-password";

    /// <summary>All of <c>member.secrets</c>: keys end in -password-file or -password.</summary>
    public ImmutableSortedDictionary<string, Secret> ReadAll(Section section)
    {
        var secrets = ImmutableSortedDictionary.CreateBuilder<string, Secret>(StringComparer.Ordinal);
        foreach (var key in section.Keys.ToArray())
        {
            var fromFile = key.EndsWith(FileSuffix, StringComparison.Ordinal);
            if (!fromFile && !key.EndsWith(Suffix, StringComparison.Ordinal)) continue; // stays unknown
            var name = fromFile ? key[..^"-file".Length] : key;
            if (!Names.IsName(name[..^Suffix.Length])) section.Refuse(key, section.KeyOriginOf(key), $"\"{key}\"", $"<device>{Suffix} or <device>{FileSuffix}");
            var secret = fromFile ? ReadFile(section, key) : ReadVariable(section, key);
            if (secret is null) continue;
            if (!secrets.TryAdd(name, secret)) section.Refuse(key, $"a second {name}", "either the file or the environment");
        }
        return secrets.ToImmutable();
    }

    /// <summary>A key as hexadecimal text in a file, of at least so many bytes.</summary>
    public Secret? ReadHexKey(Section section, string key, int leastBytes)
    {
        if (ReadFile(section, key) is not { } secret) return null;
        var text = secret.RevealText();
        if (text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit) && text.Length / 2 >= leastBytes) return new(Convert.FromHexString(text));
        section.Refuse(key, text.All(char.IsAsciiHexDigit) ? $"a key of {text.Length} hexadecimal digits" : "a key that is not hexadecimal",
            $"at least {2 * leastBytes} hexadecimal digits, an even number", "openssl rand -hex 32 writes one");
        return null;
    }

    /// <summary>The path that a key names, seen from the settings' own folder; null when the key is wrong.</summary>
    public string? PathOf(Section section, string key)
    {
        var text = section.Text(key);
        return section.IsBad(key) || text.Contains('\0') ? null : Path.Combine(baseFolder, text);
    }

    /// <summary>Refuses a file that others than its owner can use.</summary>
    public bool IsPrivate(Section section, string key, string path)
    {
        if (files.Mode(path) is not { } mode || (mode & Others) == 0) return true;
        section.Refuse(key, $"{path} with mode {Convert.ToString((int)mode, 8)}", "a file that only its owner can read", $"chmod 600 {path}");
        return false;
    }

    private Secret? ReadFile(Section section, string key)
    {
        if (PathOf(section, key) is not { } path) return null;
        try
        {
            if (!files.Exists(path))
            {
                section.Refuse(key, $"no file {path}", "a file that only its owner can read");
                return null;
            }
            if (!IsPrivate(section, key, path)) return null;
            var text = Encoding.UTF8.GetString(files.Read(path)).TrimEnd('\r', '\n');
            if (text.Length > 0) return new(text);
            section.Refuse(key, $"an empty file {path}", "the secret");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            section.Refuse(key, $"{path}, which cannot be read: {e.Message}", "a readable file");
        }
        return null;
    }

    private static Secret? ReadVariable(Section section, string key)
    {
        if (section.Value(key) is HoconScalar { FromVariable: not null, Text.Length: > 0 } scalar) return new(scalar.Text);
        section.Refuse(key, section.Value(key) is HoconScalar { FromVariable: null } ? "a password written out" : "no text",
            $"${{?VARIABLE}} or the key {key}-file", "files of settings are copied, mailed and versioned");
        return null;
    }
}
