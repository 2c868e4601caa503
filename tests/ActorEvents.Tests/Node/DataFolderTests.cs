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

    [Fact]
    public void A_folder_in_use_is_refused_with_who_uses_it()
    {
        using var folder = DataFolder.Open(_folder);
        var refused = Assert.Throws<SettingsException>(() => DataFolder.Open(_folder));
        Assert.Contains($"{_folder} is in use by process {Environment.ProcessId} on {Environment.MachineName} since 20", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Both handled and published everything, 60 of 60 ids twice.</summary>
    [Fact]
    public void A_copy_of_a_folder_is_refused_while_the_other_one_runs_whichever_was_first()
    {
        DataFolder.Open(_folder).Dispose();
        var copy = Directory.CreateDirectory(_folder + "-copy").FullName;
        try
        {
            File.Copy(Path.Combine(_folder, "node.id"), Path.Combine(copy, "node.id"));
            using (DataFolder.Open(_folder))
            {
                Assert.Contains($"data folder {_folder})", Assert.Throws<SettingsException>(() => DataFolder.Open(copy)).Message, StringComparison.Ordinal);
            }

            using (DataFolder.Open(copy))
            {
                Assert.Contains($"data folder {copy})", Assert.Throws<SettingsException>(() => DataFolder.Open(_folder)).Message, StringComparison.Ordinal);
            }

            using var again = DataFolder.Open(_folder);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
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
