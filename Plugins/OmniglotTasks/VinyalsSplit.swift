// The lists come from github.com/jakesnell/prototypical-networks, data/omniglot/splits/vinyals, without the rotations, as ranges of
// characters. Their notice:
//
// MIT License
//
// Copyright (c) 2017 Jake Snell
//
// Permission is hereby granted, free of charge, to any person obtaining a copy
// of this software and associated documentation files (the "Software"), to deal
// in the Software without restriction, including without limitation the rights
// to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
// copies of the Software, and to permit persons to whom the Software is
// furnished to do so, subject to the following conditions:
//
// The above copyright notice and this permission notice shall be included in all
// copies or substantial portions of the Software.
//
// THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
// IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
// FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
// AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
// LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
// OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
// SOFTWARE.

package import Tasks

/// The usual division of Omniglot's characters in few-shot papers: 1028, 172 and 423 classes.
///
/// The splits consist of whole alphabets, except for Gurmukhi: its last four characters are test classes.
/// - SeeAlso: Vinyals et al., NIPS 2016, <https://arxiv.org/abs/1606.04080>; Snell et al., NIPS 2017, <https://arxiv.org/abs/1703.05175>
package enum VinyalsSplit {
  /// The class names of a split, such as "Latin/character01".
  package static func classes(in split: Split) -> [String] {
    alphabets(in: split).flatMap { alphabet, characters in
      characters.map { "\(alphabet)/character\($0 < 10 ? "0" : "")\($0)" }
    }
  }

  private static func alphabets(in split: Split) -> [(String, ClosedRange<Int>)] {
    switch split {
    case .metaTrain: training
    case .metaValidation: validation
    case .metaTest: test
    }
  }

  private static let training: [(String, ClosedRange<Int>)] = [
    ("Alphabet_of_the_Magi", 1...20), ("Angelic", 1...20), ("Anglo-Saxon_Futhorc", 1...29), ("Arcadian", 1...26),
    ("Asomtavruli_(Georgian)", 1...40), ("Atemayar_Qelisayer", 1...26), ("Atlantean", 1...26), ("Aurek-Besh", 1...26), ("Avesta", 1...26),
    ("Balinese", 1...24), ("Blackfoot_(Canadian_Aboriginal_Syllabics)", 1...14), ("Braille", 1...26), ("Burmese_(Myanmar)", 1...34),
    ("Cyrillic", 1...33), ("Futurama", 1...26), ("Ge_ez", 1...26), ("Glagolitic", 1...45), ("Grantha", 1...43), ("Greek", 1...24),
    ("Gujarati", 1...48), ("Gurmukhi", 1...41), ("Inuktitut_(Canadian_Aboriginal_Syllabics)", 1...16), ("Japanese_(hiragana)", 1...52),
    ("Japanese_(katakana)", 1...47), ("Korean", 1...40), ("Latin", 1...26), ("Malay_(Jawi_-_Arabic)", 1...40), ("N_Ko", 1...33),
    ("Ojibwe_(Canadian_Aboriginal_Syllabics)", 1...14), ("Sanskrit", 1...42), ("Syriac_(Estrangelo)", 1...23), ("Tagalog", 1...17),
    ("Tifinagh", 1...55),
  ]
  private static let validation: [(String, ClosedRange<Int>)] = [
    ("Armenian", 1...41), ("Bengali", 1...46), ("Early_Aramaic", 1...22), ("Hebrew", 1...22), ("Mkhedruli_(Georgian)", 1...41),
  ]
  private static let test: [(String, ClosedRange<Int>)] = [
    ("Gurmukhi", 42...45), ("Kannada", 1...41), ("Keble", 1...26), ("Malayalam", 1...47), ("Manipuri", 1...40), ("Mongolian", 1...30),
    ("Old_Church_Slavonic_(Cyrillic)", 1...45), ("Oriya", 1...46), ("Sylheti", 1...28), ("Syriac_(Serto)", 1...23), ("Tengwar", 1...25),
    ("Tibetan", 1...42), ("ULOG", 1...26),
  ]
}
