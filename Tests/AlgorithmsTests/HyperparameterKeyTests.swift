import Algorithms
import Testing

@Suite struct HyperparameterKeyTests {
  @Test(arguments: [
    (HyperparameterKey("beta1", of: nil), "beta1"), (HyperparameterKey("beta1", of: "layers.0.weight"), "beta1.layers.0.weight"),
    (HyperparameterKey("learningRate", of: nil), "learningRate"),
    (HyperparameterKey("learningRate", of: "layers.0.weight"), "rates.layers.0.weight"),
    (HyperparameterKey("learningRate", of: "w"), "rates.w"), (HyperparameterKey("decay", of: "rates.w"), "decay.rates.w"),
  ])
  func `a key reads back from its text`(key: HyperparameterKey, text: String) {
    #expect(key.text == text)
    #expect(HyperparameterKey(text: text) == key)
  }
}
