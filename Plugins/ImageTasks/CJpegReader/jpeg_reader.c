#include "jpeg_reader.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

/// A decompressor with its error handler, its progress monitor, and the place to which errors jump.
struct reader {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf failed;
  char *message;
};

static struct reader *reader_of(j_common_ptr info) { return info->client_data; }

static void fail(j_common_ptr info) {
  struct reader *reader = reader_of(info);
  // JMSG_LENGTH_MAX is JPEG_READER_MESSAGE.
  info->err->format_message(info, reader->message);
  longjmp(reader->failed, 1);
}

static void fail_because(j_common_ptr info, const char *reason) {
  struct reader *reader = reader_of(info);
  snprintf(reader->message, JPEG_READER_MESSAGE, "%s", reason);
  longjmp(reader->failed, 1);
}

/// Takes a warning as an error, except for those that leave the pixels as they should be.
static void emit(j_common_ptr info, int level) {
  if (level >= 0) return;  // a trace, not a warning
  switch (info->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA:  // bytes between two segments
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
      return;
    default:
      fail(info);
  }
}

static void limit_scans(j_common_ptr info) {
  if (info->is_decompressor && ((j_decompress_ptr)info)->input_scan_number > JPEG_READER_SCANS) {
    fail_because(info, "it has too many scans");
  }
}

/// Begins to read a file up to its header. Errors jump to reader->failed, which the caller has set.
static void begin(struct reader *reader, const unsigned char *bytes, size_t count) {
  jpeg_create_decompress(&reader->info);
  jpeg_mem_src(&reader->info, bytes, (unsigned long)count);
  jpeg_read_header(&reader->info, TRUE);
  J_COLOR_SPACE colours = reader->info.jpeg_color_space;
  if (colours == JCS_CMYK || colours == JCS_YCCK) {
    fail_because((j_common_ptr)&reader->info, "its colours are CMYK; save it as RGB");
  }
}

/// Sets up the error handler. libjpeg keeps client_data and err when it clears the rest of the structure.
static void prepare(struct reader *reader, char *message) {
  memset(reader, 0, sizeof *reader);
  reader->message = message;
  message[0] = 0;
  reader->info.err = jpeg_std_error(&reader->errors);
  reader->errors.error_exit = fail;
  reader->errors.emit_message = emit;
  reader->info.client_data = reader;
  reader->progress.progress_monitor = limit_scans;
}

int jpeg_reader_header(const unsigned char *bytes, size_t count, unsigned *width, unsigned *height, char *message) {
  struct reader reader;
  prepare(&reader, message);
  if (setjmp(reader.failed)) {
    jpeg_destroy_decompress(&reader.info);
    return 1;
  }
  begin(&reader, bytes, count);
  *width = reader.info.image_width;
  *height = reader.info.image_height;
  jpeg_destroy_decompress(&reader.info);
  return 0;
}

int jpeg_reader_decode(const unsigned char *bytes, size_t count, unsigned width, unsigned height, unsigned char *pixels, char *message) {
  struct reader reader;
  prepare(&reader, message);
  if (setjmp(reader.failed)) {
    jpeg_destroy_decompress(&reader.info);
    return 1;
  }
  begin(&reader, bytes, count);
  reader.info.progress = &reader.progress;
  reader.info.out_color_space = JCS_RGB;
  jpeg_start_decompress(&reader.info);
  if (reader.info.output_width != width || reader.info.output_height != height || reader.info.output_components != 3) {
    fail_because((j_common_ptr)&reader.info, "its size is not that of its header");
  }
  while (reader.info.output_scanline < height) {
    JSAMPROW row = pixels + (size_t)3 * width * reader.info.output_scanline;
    jpeg_read_scanlines(&reader.info, &row, 1);
  }
  jpeg_finish_decompress(&reader.info);
  jpeg_destroy_decompress(&reader.info);
  return 0;
}
