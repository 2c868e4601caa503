using System.Runtime.CompilerServices;
using System.Runtime.Serialization;
using ActorEvents.Handlers;
using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Plugin;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace ActorEvents.Tests.Journal.Entries;

/// <summary>
/// The files in Baseline are what earlier versions wrote. They are never written again; a new manifest adds a file. UPDATE_BASELINE=1 writes those
/// that are not there.
/// </summary>
public sealed class BaselineTests : IDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("baseline", JournalHocon.Serializers
        .WithFallback(DeliverySerializer.Configuration)
        .WithFallback(ConfigurationFactory.ParseString("akka.loglevel = WARNING")));

    public static TheoryData<string> Names => [.. All().Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_an_earlier_version_wrote_is_read_and_written_byte_for_byte(string name)
    {
        var sample = All()[name];
        var serializer = (SerializerWithStringManifest)_system.Serialization.FindSerializerFor(sample);
        var file = Path.Combine(Folder(), name + ".bin");
        if (!File.Exists(file) && Environment.GetEnvironmentVariable("UPDATE_BASELINE") is "1")
        {
            await File.WriteAllBytesAsync(file, serializer.ToBinary(sample));
        }

        var baseline = await File.ReadAllBytesAsync(file);
        Assert.Equal(baseline, serializer.ToBinary(sample));
        var manifest = serializer.Manifest(sample);
        Assert.StartsWith(manifest, name, StringComparison.Ordinal);
        Assert.Equal(Samples.Show(sample), Samples.Show(_system.Serialization.Deserialize(baseline, serializer.Identifier, manifest)));
    }

    [Fact]
    public void The_identifiers_that_stand_in_rows_and_on_the_wire_stay()
    {
        Assert.Equal(711, _system.Serialization.FindSerializerForType(typeof(JournalEntry)).Identifier);
        Assert.Equal(711, _system.Serialization.FindSerializerForType(typeof(EntitySnapshot)).Identifier);
        Assert.Equal(712, _system.Serialization.FindSerializerForType(typeof(Deliver)).Identifier);
        Assert.Equal(712, _system.Serialization.FindSerializerForType(typeof(StopWhenDrained)).Identifier);
    }

    [Theory]
    [InlineData(JournalSerializer.Id, "System.IO.FileInfo, System.Private.CoreLib", "unknown")]
    [InlineData(JournalSerializer.Id, "ae.entry.2", "'ae.entry.2'")]
    [InlineData(JournalSerializer.Id, JournalEntry.Manifest, "3 bytes")]
    [InlineData(JournalSerializer.Id, EntitySnapshot.Manifest, "3 bytes")]
    [InlineData(DeliverySerializer.Id, "System.IO.FileInfo, System.Private.CoreLib", "unknown")]
    [InlineData(DeliverySerializer.Id, "ae.deliver.1", "3 bytes")]
    public void Bytes_that_cannot_be_read_are_an_error_that_names_manifest_or_length(int serializer, string manifest, string named)
    {
        var e = Assert.ThrowsAny<SerializationException>(() => _system.Serialization.Deserialize([0x0a, 0x7f, 0x01], serializer, manifest));
        Assert.Contains(named, e.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _system.Dispose();

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Baseline");

    private static Dictionary<string, object> All() => new(StringComparer.Ordinal)
    {
        ["ae.entry.1"] = Samples.Entry,
        ["ae.entry.1-least"] = Samples.LeastEntry,
        ["ae.entry.1-traced"] = Samples.TracedEntry,
        ["ae.snapshot.1"] = Samples.Snapshot,
        ["ae.deliver.1"] = Samples.Deliver,
        ["ae.done.1"] = Samples.Done,
        ["ae.resend.1"] = Samples.Resend,
        ["ae.stop.1"] = StopWhenDrained.Instance,
    };
}
