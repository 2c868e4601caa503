using ActorEvents.Node.Settings;

namespace ActorEvents.Node;

/// <summary>The node's folder: made if it is not there, held by one process at a time, keeps the node id.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(string path, string nodeId, FileStream held)
    {
        Path = path;
        NodeId = nodeId;
        _lock = held;
    }

    /// <summary>Absolute.</summary>
    public string Path { get; }

    /// <summary>Kept in the folder; names the group member at each start.</summary>
    public string NodeId { get; }

    /// <exception cref="SettingsException">It cannot be made, written or held.</exception>
    public static DataFolder Open(string data)
    {
        var path = System.IO.Path.GetFullPath(data);
        try
        {
            Directory.CreateDirectory(path);
            var held = Hold(path);
            try
            {
                return new DataFolder(path, KeptId(System.IO.Path.Combine(path, "node.id")), held);
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new SettingsException($"The data folder {path} cannot be used: {e.Message.TrimEnd('.')}. Give another one (--data DIR).");
        }
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Hold(string path)
    {
        var file = System.IO.Path.Combine(path, "node.lock");
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(file))
        {
            throw new SettingsException($"The data folder {path} is in use by another process ({e.Message}); give each node its own (--data DIR).");
        }
    }

    /// <summary>Written beside and renamed: a full disk leaves no empty id, under which all nodes that met one would be the same group member.</summary>
    private static string KeptId(string file)
    {
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } kept)
        {
            return kept;
        }

        var id = Guid.NewGuid().ToString("N");
        File.WriteAllText(file + ".new", id);
        File.Move(file + ".new", file, overwrite: true);
        return id;
    }
}
