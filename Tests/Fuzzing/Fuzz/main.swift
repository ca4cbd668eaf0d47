internal import Earshot
internal import Glibc

// fuzz TARGET [libFuzzer's flags] [folders of inputs]: hands libFuzzer one target; without a name lists them all.

/// What libFuzzer calls with each input.
typealias Taker = @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32

/// libFuzzer's own main function.
@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ taker: Taker
) -> CInt

guard Target.chosen != nil else {
    for target in Target.all { print(target.name) }
    exit(CommandLine.arguments.count > 1 ? 64 : 0)
}

// The name is taken out of the arguments; the program's own name stays the first.
var count = CommandLine.argc - 1
var arguments = unsafe CommandLine.unsafeArgv + 1
unsafe arguments[0] = CommandLine.unsafeArgv[0]
let status = unsafe runDriver(&count, &arguments) { start, count in
    Target.chosen?.take(unsafe Bytes(start: start, count: count).array)
    return 0
}
exit(status)
