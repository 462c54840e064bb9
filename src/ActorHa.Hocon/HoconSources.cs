namespace ActorHa.Hocon;

/// <summary>What a file may draw on besides itself.</summary>
/// <param name="ReadFile">Text of a file by its path. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</param>
/// <param name="Variable">Value of an environment variable, or null.</param>
/// <param name="Includes">Whether <c>include</c> is allowed at all.</param>
public sealed record HoconSources(Func<string, string> ReadFile, Func<string, string?> Variable, bool Includes)
{
    /// <summary>The file system and this process's environment.</summary>
    public static readonly HoconSources System = new(ReadUtf8, Environment.GetEnvironmentVariable, true);

    /// <summary>
    /// Nothing: the text means the same on every member. For texts that come out of the journal or over the API.
    /// </summary>
    public static readonly HoconSources None = new(_ => throw new IOException("no files here"), _ => null, false);

    private static string ReadUtf8(string path)
    {
        try
        {
            // A device has no length: only reading tells when it is enough.
            using var file = File.OpenRead(path);
            using var bytes = new MemoryStream();
            var part = new byte[16 << 10];
            for (int read; (read = file.Read(part)) > 0;)
            {
                bytes.Write(part, 0, read);
                if (bytes.Length > 4L * HoconLimits.Characters) throw new IOException($"more than {4L * HoconLimits.Characters} bytes");
            }
            return new global::System.Text.UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
        }
        catch (ArgumentException wrong) // invalid bytes, or a path with a NUL in it
        {
            throw new IOException(wrong is global::System.Text.DecoderFallbackException ? "the file is not UTF-8" : wrong.Message, wrong);
        }
        catch (NotSupportedException wrong)
        {
            throw new IOException(wrong.Message, wrong);
        }
    }
}
