using ActorEvents.Hosting.Settings;

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
            var held = new FileStream(System.IO.Path.Combine(path, "node.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var file = System.IO.Path.Combine(path, "node.id");
            if (!File.Exists(file))
            {
                File.WriteAllText(file, Guid.NewGuid().ToString("N"));
            }

            return new DataFolder(path, File.ReadAllText(file).Trim(), held);
        }
        catch (IOException e) when (File.Exists(System.IO.Path.Combine(path, "node.lock")))
        {
            throw new SettingsException($"The data folder {path} is in use by another process ({e.Message}); give each node its own (--data DIR).");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new SettingsException($"The data folder {path} cannot be used: {e.Message.TrimEnd('.')}. Give another one (--data DIR).");
        }
    }

    public void Dispose() => _lock.Dispose();
}
