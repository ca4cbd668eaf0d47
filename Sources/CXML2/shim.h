#pragma once
#include <libxml/xmlversion.h>
// libxml2's ICU types clash with the ICU of Foundation.
#undef LIBXML_ICU_ENABLED
#include <libxml/HTMLparser.h>
#include <libxml/SAX2.h>
#include <libxml/entities.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>

/// The version that is loaded, such as 20914; a macro in some versions, which Swift cannot see.
static inline const char *cxml2_version(void) { return xmlParserVersion; }
