// Reads a PNG file from memory by libpng's simplified interface, which catches libpng's errors in C, so that no jump crosses Swift's
// frames.

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <png.h>

/// The most bytes of a message, with the 0 at its end.
#define PNG_FILE_MESSAGE 64

static inline int png_file_fail(png_image *image, char *message) {
  memcpy(message, image->message, PNG_FILE_MESSAGE);
  message[PNG_FILE_MESSAGE - 1] = 0;
  png_image_free(image);
  return 1;
}

/// Whether every chunk lies within the file, up to the chunk IEND.
///
/// libpng allocates and clears as many bytes as a chunk claims before it reads the chunk: 1.5 GB for a file of 2 KB, for example.
static inline int png_file_chunks_fit(const unsigned char *bytes, size_t count) {
  // A chunk has a length, a type of 4 bytes, the data and a checksum. Fewer bytes at the end are an error of libpng.
  for (size_t start = 8; start <= count && count - start >= 12;) {
    const unsigned char *chunk = bytes + start;
    const size_t length = (size_t)chunk[0] << 24 | (size_t)chunk[1] << 16 | (size_t)chunk[2] << 8 | (size_t)chunk[3];
    if (length > count - start - 12) return 0;
    if (memcmp(chunk + 4, "IEND", 4) == 0) return 1;
    start += 12 + length;
  }
  return 1;
}

/// Reads width and height in pixels, and whether a pixel may be transparent. Returns 0, or 1 with a message of PNG_FILE_MESSAGE bytes.
static inline int png_file_header(
    const void *bytes, size_t count, png_uint_32 *width, png_uint_32 *height, int *has_alpha, char *message) {
  if (!png_file_chunks_fit(bytes, count)) {
    snprintf(message, PNG_FILE_MESSAGE, "a chunk is longer than the rest of the file");
    return 1;
  }
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&image, bytes, count)) return png_file_fail(&image, message);
  *width = image.width;
  *height = image.height;
  *has_alpha = (image.format & PNG_FORMAT_FLAG_ALPHA) != 0;
  png_image_free(&image);
  return 0;
}

/// Decodes all pixels to 8 bits for each channel, row by row. Returns 0, or 1 with a message of PNG_FILE_MESSAGE bytes.
///
/// `format` is a PNG_FORMAT constant. If it has no alpha channel, transparent pixels are put on white paper. `pixels` has room for the
/// width and height that png_file_header read from the same bytes. 16 bits for each channel are rounded to 8.
static inline int png_file_decode(const void *bytes, size_t count, png_uint_32 format, void *pixels, char *message) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&image, bytes, count)) return png_file_fail(&image, message);
  image.format = format;
  // Otherwise libpng takes the values of 16 bits as linear in light.
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  png_color paper = {255, 255, 255};
  if (!png_image_finish_read(&image, &paper, pixels, 0, NULL)) return png_file_fail(&image, message);
  png_image_free(&image);
  return 0;
}

static const png_uint_32 png_file_grey = PNG_FORMAT_GRAY;
static const png_uint_32 png_file_rgb = PNG_FORMAT_RGB;
static const png_uint_32 png_file_rgba = PNG_FORMAT_RGBA;
