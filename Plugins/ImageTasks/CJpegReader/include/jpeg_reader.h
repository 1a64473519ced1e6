#pragma once

#include <stddef.h>

// Reads a JPEG file from memory. libjpeg reports errors by a jump, which must not cross Swift's frames: here it ends in C.

/// The most bytes of a message, with the 0 at its end.
#define JPEG_READER_MESSAGE 200

/// The most scans of a progressive file; real files have about ten. A small file with many scans takes very long to decode.
#define JPEG_READER_SCANS 500

/// Reads width and height in pixels, as stored. Returns 0, or 1 with a message of JPEG_READER_MESSAGE bytes.
int jpeg_reader_header(const unsigned char *bytes, size_t count, unsigned *width, unsigned *height, char *message);

/// Decodes all pixels to red, green and blue, row by row, 8 bits each; grey files have three equal values.
///
/// `pixels` has room for 3 · width · height bytes, where width and height are those of jpeg_reader_header for the same bytes. A
/// truncated or damaged file is an error, although libjpeg would fill the rest with grey.
/// Returns 0, or 1 with a message of JPEG_READER_MESSAGE bytes.
int jpeg_reader_decode(const unsigned char *bytes, size_t count, unsigned width, unsigned height, unsigned char *pixels, char *message);
