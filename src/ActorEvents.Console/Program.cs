using System.Runtime.InteropServices;
using System.Text;
using ActorEvents.Aectl;
using ActorEvents.Aectl.Terminals;

var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
using var output = new StreamWriter(Console.OpenStandardOutput(), utf8, 16 * 1024);
using var error = new StreamWriter(Console.OpenStandardError(), utf8, 1024) { AutoFlush = true };
using var closed = Console.IsOutputRedirected && !OperatingSystem.IsWindows() ? new ClosedOutputWatch(TimeProvider.System) : null;
var inIsTerminal = !Console.IsInputRedirected;
var interrupts = new Interrupts();
using var signal = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = interrupts.Signal());
using var program = new AectlProgram(new Terminal
{
    In = inIsTerminal ? Console.In : new StreamReader(Console.OpenStandardInput(), utf8),
    Out = output,
    Error = error,
    InIsTerminal = inIsTerminal,
    OutIsTerminal = !Console.IsOutputRedirected,
    ErrorIsTerminal = !Console.IsErrorRedirected,
    Width = static () => Console.WindowWidth is > 0 and var width ? width : 80,
    ReadKey = inIsTerminal ? static () => Key.From(Console.ReadKey(intercept: true)) : null,
    KeyWaiting = static () => Console.KeyAvailable,
    KeysOnly = static only => Console.TreatControlCAsInput = only,
    OutClosed = closed?.Closed ?? CancellationToken.None,
    Environment = Environment.GetEnvironmentVariable,
    Interrupts = interrupts,
});
var exit = await program.RunAsync(args).ConfigureAwait(false);
try
{
    await output.FlushAsync().ConfigureAwait(false);
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException)
{
    await error.WriteLineAsync($"aectl: stdout cannot be written: {e.Message}").ConfigureAwait(false);
    return exit == 0 ? 1 : exit;
}

return exit;
