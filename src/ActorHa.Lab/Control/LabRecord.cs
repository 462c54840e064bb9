namespace ActorHa.Lab;

/// <summary>
/// What a lab has created outside its directory. Written before the first of it exists, removed after the last is gone:
/// so a crashed lab can be cleared away by whoever comes next, even when its directory was deleted.
/// </summary>
public sealed record LabRecord(string Name, string Dir, string ControlGroup, IReadOnlyList<string> Namespaces)
{
    /// <summary>The record of a lab of that name; null if there is none.</summary>
    public static LabRecord? Find(string name) =>
        File.Exists(FileOf(name)) ? LabJson.Parse<LabRecord>(File.ReadAllText(FileOf(name))) : null;

    /// <summary>The record of what a site will create.</summary>
    public static LabRecord Of(SiteDescription site, LabPaths paths) =>
        new(site.Name, paths.Dir, Lab.ControlGroup.Of(site.Name).Path, LabNetwork.Namespaces(site));

    /// <summary>Held while a lab of that name is built or removed.</summary>
    /// <exception cref="LabException">Somebody else does so.</exception>
    public static IDisposable Lock(string name)
    {
        Directory.CreateDirectory(LabPaths.Records);
        try
        {
            return new FileStream(
                Path.Combine(LabPaths.Records, name + ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e)
        {
            throw new LabException($"the lab {name} is just being built or removed by another process", e);
        }
    }

    /// <summary>Writes it.</summary>
    public void Write() => File.WriteAllText(FileOf(Name), LabJson.Pretty(this));

    /// <summary>Ends every process of the lab and removes all that it created outside its directory. Nothing to remove is no error.</summary>
    public void Sweep()
    {
        // The processes are found by their group, not by remembered ids: an id may belong to a stranger by now.
        var group = new ControlGroup(ControlGroup);
        foreach (var child in group.Children())
        {
            child.Kill();
            child.Remove();
        }
        group.Remove();
        LabNetwork.Sweep(Namespaces);
        var paths = LabPaths.In(Dir);
        if (Directory.Exists(Dir))
        {
            File.Delete(paths.Socket);
            File.Delete(paths.PidFile);
        }
        File.Delete(FileOf(Name));
    }

    private static string FileOf(string name) => Path.Combine(LabPaths.Records, name + ".json");
}
