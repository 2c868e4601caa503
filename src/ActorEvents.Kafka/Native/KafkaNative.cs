using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Native;

/// <summary>
/// Which librdkafka is loaded. Without this, a <c>librdkafka.so</c> of the system (Debian's <c>librdkafka-dev</c> puts one there) silently takes the
/// place of the one that comes with Confluent.Kafka, because that one's first candidate needs a SASL library by the name that only RHEL gives it.
/// </summary>
internal static class KafkaNative
{
    /// <summary>The name that our P/Invokes and those of Confluent.Kafka ask for.</summary>
    internal const string Name = "librdkafka";

    /// <summary>2.16.0: KIP-848, topic ids in DescribeTopics, the mock cluster's controller id.</summary>
    internal const int LeastVersion = 0x02100000;

    // centos8-librdkafka first: it needs nothing of the system. The price: no Kerberos, which it is built without.
    private static readonly string[] s_candidates = ["centos8-librdkafka", "librdkafka", "alpine-librdkafka"];

    // Before any type of this assembly is touched: P/Invokes without a GC transition are bound when their caller is compiled, before any
    // static constructor runs.
#pragma warning disable CA2255 // A library must not have module initializers: this one sets no state but the resolver, and nothing later is early enough.
    [ModuleInitializer]
    internal static void Initialize()
#pragma warning restore CA2255
    {
        SetResolver(typeof(Library).Assembly);
        SetResolver(typeof(KafkaNative).Assembly);
    }

    /// <summary>Throws where the loaded librdkafka is older than what this product was built on. Loads it if that has not been done.</summary>
    /// <exception cref="InvalidOperationException">No librdkafka can be loaded, or it is too old. The message names version, file and likely cause.</exception>
    internal static void EnsureVersion()
    {
        int version;
        string text;
        try
        {
            version = Library.Version;
            text = Library.VersionString;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException)
        {
            throw new InvalidOperationException(
                $"No librdkafka could be loaded on {RuntimeInformation.RuntimeIdentifier}; it comes with the package librdkafka.redist, "
                + $"in runtimes/<platform>/native beside the application: {e.Message}",
                e);
        }

        Check(version, text, LoadedFile());
    }

    /// <summary>The check itself.</summary>
    /// <param name="version">As librdkafka has it: 0xMMmmrrpp.</param>
    /// <param name="text">The same as text.</param>
    /// <param name="file">Where it was loaded from, if known.</param>
    internal static void Check(int version, string text, string? file)
    {
        if (version < LeastVersion)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"librdkafka {text} was loaded{(file is null ? "" : $" from {file}")}, but 2.16.0 or later is needed. Most likely a librdkafka.so of the "
                + $"system took the place of the one that comes with the application: remove the package librdkafka-dev, or deploy the application's runtimes folder."));
        }
    }

    /// <summary>The file of the loaded library, null if it cannot be told.</summary>
    internal static string? LoadedFile()
    {
        using var process = Process.GetCurrentProcess();
        foreach (ProcessModule module in process.Modules)
        {
            if (module.FileName is { } file && Path.GetFileName(file).Contains(Name, StringComparison.Ordinal))
            {
                return file;
            }
        }

        return null;
    }

    private static void SetResolver(Assembly assembly)
    {
        try
        {
            NativeLibrary.SetDllImportResolver(assembly, Resolve);
        }
        catch (InvalidOperationException)
        {
            // The host has set its own for this assembly, and a second is refused. EnsureVersion judges what that one finds.
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name == Name)
        {
            foreach (var candidate in s_candidates)
            {
                // Always by way of Confluent's assembly: one handle, one state.
                if (NativeLibrary.TryLoad(candidate, typeof(Library).Assembly, path, out var handle))
                {
                    return handle;
                }
            }
        }

        return 0;
    }
}
