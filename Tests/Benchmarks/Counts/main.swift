internal import Foundation

// counts SAMPLES: lists the stages, each with how many items one repetition has.
// counts SAMPLES STAGE REPETITIONS: does one stage so often, and nothing else that grows with it.

let arguments = CommandLine.arguments
guard arguments.count == 2 || arguments.count == 4 else {
    FileHandle.standardError.write(Data("usage: counts SAMPLES [STAGE REPETITIONS]\n".utf8))
    exit(64)
}
let stages = try Stage.all(samples: arguments[1])
guard arguments.count == 4 else {
    for stage in stages { print(stage.name, try stage.run()) }
    exit(0)
}
guard let stage = stages.first(where: { $0.name == arguments[2] }), let count = Int(arguments[3]) else {
    FileHandle.standardError.write(Data("there is no stage \(arguments[2])\n".utf8))
    exit(64)
}
for _ in 0..<count { _ = try stage.run() }
