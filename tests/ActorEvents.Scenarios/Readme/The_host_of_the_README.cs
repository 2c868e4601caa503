using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using ActorEvents.Scenarios.Nodes;
using ActorEvents.Tests;
using ActorEvents.Tests.Kafka;

namespace ActorEvents.Scenarios.Readme;

/// <summary>
/// The README's host and handler, as they stand there, in a web project outside the repository: it builds and runs. It once did not start, because versions that the repository pins
/// reached nobody outside.
/// </summary>
public sealed class The_host_of_the_README : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ae-outside-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Runs_outside_by_references_to_the_projects()
    {
        await WriteAsync(string.Join('\n', Libraries().Select(l => $"""<ProjectReference Include="{l}" />""")), "");
        await BuildAsync();
        await RunAsync();
    }

    [Fact]
    public async Task Runs_outside_by_packages_of_a_local_folder()
    {
        var feed = Path.Combine(_folder, "feed");
        var pack = Path.Combine(_folder, "pack.proj");
        await File.WriteAllTextAsync(pack, $"""
            <Project><Target Name="Pack">
              <MSBuild Projects="{string.Join(';', Libraries())}" Targets="Pack" Properties="NoBuild=true;Configuration=Release;PackageOutputPath={feed}" />
            </Target></Project>
            """);
        await DotnetAsync("msbuild", pack, "-v:q", "-nologo");

        // What the repository uses lies in the user's folder of packages already; ours of this version must not be left there.
        var global = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        await WriteAsync(
            string.Join('\n', Directory.GetFiles(feed).Select(Path.GetFileNameWithoutExtension).Select(p => p!.Split(".0.", 2)).Select(p => $"""<PackageReference Include="{p[0]}" Version="0.{p[1]}" />""")),
            $"<RestoreSources>{feed}</RestoreSources><RestorePackagesPath>{_folder}/packages</RestorePackagesPath><RestoreFallbackFolders>{global}</RestoreFallbackFolders>");
        await BuildAsync();
        await RunAsync();
    }

    private static IEnumerable<string> Libraries() => new[] { "ActorEvents", "ActorEvents.Web" }.Select(l => Path.Combine(SourceTree.Folder, "src", l, l + ".csproj"));

    private async Task WriteAsync(string references, string properties)
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(SourceTree.Folder, "README.md"));
        var code = readme.Split("```csharp\n").Skip(1).Select(b => b.Split("```")[0]).ToArray();
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "Program.cs"), code.Single(c => c.Contains("WebApplication.CreateBuilder", StringComparison.Ordinal)) + code.Single(c => c.Contains("class CartHandler", StringComparison.Ordinal)));
        await File.WriteAllTextAsync(Path.Combine(_folder, "outside.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework><Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings><TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <UseAppHost>false</UseAppHost>{properties}
              </PropertyGroup>
              <ItemGroup>{references}</ItemGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(Path.Combine(_folder, "carts.ndjson"), """
            {"cart":"c1","price":2.5}
            {"cart":"c1","price":4}

            """);
    }

    /// <summary>The libraries are built already: their Release build goes with the build of these tests.</summary>
    private Task BuildAsync() => DotnetAsync("build", Path.Combine(_folder, "outside.csproj"), "-c:Release", "-v:q", "-nologo", "-p:BuildProjectReferences=false;RunAnalyzers=false;NuGetAudit=false");

    private async Task RunAsync()
    {
        var said = new StringBuilder();
        using var host = Start("bin/Release/net10.0/outside.dll", "--urls", "http://127.0.0.1:0");
        host.OutputDataReceived += (_, e) => Note(e.Data);
        host.ErrorDataReceived += (_, e) => Note(e.Data);
        host.BeginOutputReadLine();
        host.BeginErrorReadLine();
        try
        {
            using var client = new HttpClient();
            await Poll.UntilAsync(async () => Address() is { } address && (await client.GetAsync(new Uri(address + "/health/ready"))).StatusCode == HttpStatusCode.OK);
            await Poll.UntilAsync(async () => (await SqliteFile.QueryAsync(Path.Combine(_folder, "events.db"), "SELECT coalesce(max(next), 0) FROM ae_positions", r => r.GetInt32(0)))[0] == 3);
            using var term = Process.Start("kill", ["-TERM", host.Id.ToString(CultureInfo.InvariantCulture)]);
            await host.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(Said(), e);
        }
        finally
        {
            if (!host.HasExited)
            {
                host.Kill();
            }
        }

        Assert.Equal(0, host.ExitCode);
        Assert.Contains("info: Akka", Said(), StringComparison.Ordinal);
        Assert.DoesNotContain("\n[INFO]", Said(), StringComparison.Ordinal);

        void Note(string? line)
        {
            lock (said)
            {
                said.AppendLine(line);
            }
        }

        string Said()
        {
            lock (said)
            {
                return said.ToString();
            }
        }

        string? Address() => Said().Split("Now listening on: ") is [_, var rest, ..] ? rest.Split('\n')[0].Trim() : null;
    }

    private async Task DotnetAsync(params string[] arguments)
    {
        using var dotnet = Start(arguments);
        var (output, errors) = (dotnet.StandardOutput.ReadToEndAsync(), dotnet.StandardError.ReadToEndAsync());
        await dotnet.WaitForExitAsync();
        Assert.True(dotnet.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}\n{await output}{await errors}");
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = _folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };

        // Of the test's own build and run.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || k == "ASPNETCORE_URLS").ToArray())
        {
            start.Environment.Remove(name);
        }

        return Process.Start(start)!;
    }
}
