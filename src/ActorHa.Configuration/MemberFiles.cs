namespace ActorHa.Configuration;

/// <summary>The files that a member's settings name, as far as reading the settings looks at them.</summary>
public interface IMemberFiles
{
    /// <summary>Whether the file exists.</summary>
    bool Exists(string path);

    /// <summary>
    /// The file's bytes; at most 64 KiB. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    byte[] Read(string path);

    /// <summary>Permissions, or null where the system has none of this kind (Windows: access lists are not examined).</summary>
    UnixFileMode? Mode(string path);
}

/// <summary>The file system.</summary>
public sealed class MemberFiles : IMemberFiles
{
    private const int Most = 64 << 10;

    /// <inheritdoc/>
    public bool Exists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public byte[] Read(string path)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[Most + 1];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length <= Most ? bytes[..length] : throw new IOException($"more than {Most} bytes");
    }

    /// <inheritdoc/>
    public UnixFileMode? Mode(string path) => OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(path);
}
