import Foundation
import Simulation
import Testing

@Suite("The mistakes that the simulator has to find")
struct PlantedFaultTests {
    private static let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources")
        .standardized

    @Test("each has its place in the sources", arguments: PlantedFault.all)
    func place(fault: PlantedFault) throws { #expect(try fault.isPlantable(in: Self.sources), "\(fault.name)") }

    @Test("there are three or more in each area, of different names")
    func areas() {
        for area in PlantedFault.Area.allCases { #expect(PlantedFault.all.count { $0.area == area } >= 3, "\(area)") }
        #expect(Set(PlantedFault.all.map(\.name)).count == PlantedFault.all.count && PlantedFault.all.count >= 20)
    }
}
