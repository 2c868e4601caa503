using ActorEvents.Node.Settings;

namespace ActorEvents.Node;

/// <summary>
/// The node's folder: made if it is not there, held by one process at a time, keeps the node id. The id is held, too, once on a machine: a folder that was copied is not run
/// beside its original, for both would handle and publish everything.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private readonly HeldFile _folder;
    private readonly HeldFile? _id;

    private DataFolder(string path, string nodeId, HeldFile folder, HeldFile? id)
    {
        Path = path;
        NodeId = nodeId;
        _folder = folder;
        _id = id;
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
                var id = KeptId(System.IO.Path.Combine(path, "node.id"));
                return new DataFolder(path, id, held, HoldId(id, path));
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

    public void Dispose()
    {
        _id?.Dispose();
        _folder.Dispose();
    }

    private static HeldFile Hold(string path) =>
        HeldFile.TryTake(System.IO.Path.Combine(path, "node.lock"), "", out var holder)
        ?? throw new SettingsException($"The data folder {path} is in use by {holder}; stop that one, or give each node its own (--data DIR).");

    /// <summary>Null: another user has left the lock behind.</summary>
    private static HeldFile? HoldId(string id, string path)
    {
        try
        {
            return HeldFile.TryTake(System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"actor-events-{id}.lock"), $", data folder {path}", out var holder)
                ?? throw new SettingsException(
                    $"The data folder {path} was copied, or copied from: it is that of node {id}, which runs ({holder}). Two of them would handle and publish everything twice. Run one of them; a node of its own begins with an empty folder (--data DIR).");
        }
        catch (UnauthorizedAccessException)
        {
            return null;
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
