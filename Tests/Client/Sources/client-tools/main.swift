import ClientAlgorithms
import CommandLineTool

CommandLineTool.main()
