using ActorEvents.Node;
using ActorEvents.Node.Settings;

namespace ActorEvents.Tests.Node;

public sealed class DataFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ae-folder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_node_id_is_kept()
    {
        string first;
        using (var folder = DataFolder.Open(_folder))
        {
            first = folder.NodeId;
        }

        using var again = DataFolder.Open(_folder);
        Assert.Equal(32, first.Length);
        Assert.Equal(first, again.NodeId);
    }

    /// <summary>A full disk had left one: two such nodes were one member of the group.</summary>
    [Fact]
    public void An_empty_node_id_is_replaced()
    {
        File.WriteAllText(Path.Combine(_folder, "node.id"), "");

        using var folder = DataFolder.Open(_folder);

        Assert.Equal(32, folder.NodeId.Length);
    }

    /// <summary>It was taken for another process that holds the folder.</summary>
    [LinuxFact]
    public void A_full_disk_is_said_to_be_one_and_leaves_no_id_and_no_lock()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "node.id.new"), "/dev/full");

        var e = Assert.Throws<SettingsException>(() => DataFolder.Open(_folder));

        Assert.Contains($"{_folder} cannot be used: No space left on device", e.Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(_folder, "node.id.new"));
        using var folder = DataFolder.Open(_folder);
        Assert.Equal(32, folder.NodeId.Length);
    }

    private sealed class LinuxFactAttribute : FactAttribute
    {
        public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null! : "needs /dev/full";
    }
}
